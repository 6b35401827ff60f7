/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A trap for M2-Planet. It changes what the compiler reads. @ stands for this text itself. */
char* trap_self;
char* trap_given;
int trap_on;
int trap_a;
int trap_b;
int trap_c;

/* Adds a text to another one. */
void trap_say(char* to, char* piece)
{
	int end;
	int at;
	end = 0;
	while(0 != to[end]) end = end + 1;
	at = 0;
	while(0 != piece[at])
	{
		to[end] = piece[at];
		end = end + 1;
		at = at + 1;
	}
}

/* Adds a text as calls that say it, in pieces. */
void trap_spell(char* to, char* text)
{
	char* piece;
	int at;
	piece = calloc(4, 1);
	at = 0;
	while(0 != text[at])
	{
		if(0 == (at % 60)) trap_say(to, "trap_say(trap_self, \"");
		piece[0] = text[at];
		if((34 == text[at]) | (92 == text[at])) trap_say(to, "\\");
		trap_say(to, piece);
		at = at + 1;
		if((0 == (at % 60)) | (0 == text[at])) trap_say(to, "\");\n");
	}
}

/* What is to be read after the mark: the trap, and in it the calls that say the trap. */
void trap_give(void)
{
	char* piece;
	int at;
	trap_self = calloc(9999, 1);
	@
	trap_given = calloc(20000, 1);
	piece = calloc(4, 1);
	at = 0;
	while(0 != trap_self[at])
	{
		piece[0] = trap_self[at];
		if((64 == piece[0]) & (32 != trap_self[at + 1])) trap_spell(trap_given, trap_self);
		else trap_say(trap_given, piece);
		at = at + 1;
	}
}

/* How much of a mark is there when c has been read. */
int trap_match(char* mark, int seen, int c)
{
	if(mark[seen] == c) return seen + 1;
	if(mark[0] == c) return 1;
	return 0;
}

int fgetc_trap(FILE* f)
{
	int c;
	if(0 != trap_given)
	{
		c = trap_given[0];
		trap_given = trap_given + 1;
		if(0 != c) return c;
		trap_given = 0;
	}
	c = fgetc(f);
	trap_a = trap_match("int define_state;", trap_a, c);
	trap_b = trap_match("int c = fgetc", trap_b, c);
	trap_c = trap_match("hash2", trap_c, c);
	if(17 == trap_a)
	{
		trap_on = 1;
		trap_a = 0;
		trap_give();
	}
	if((13 == trap_b) & trap_on)
	{
		trap_on = 0;
		trap_given = "_trap";
	}
	if(13 == trap_b) trap_b = 0;
	if(5 == trap_c)
	{
		trap_c = 0;
		return 32;
	}
	return c;
}
