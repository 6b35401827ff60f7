/* M1: `M1 --architecture x86 --little-endian -f FILE... -o OUTPUT` expands macros into hex2. Unlike
 * M0 it takes several texts, a macro holds before its DEFINE too, and lines stay lines. */

/* Where each token is, and how long; a line end has the length 0. */
char** tokens;
int* lengths;
int count;

/* By number: the token that is the macro's name; the one after it is the value. */
int* macros;
int macro_count;

char* out;
int out_length;

int put(int c)
{
	out[out_length] = c;
	out_length = out_length + 1;
	return 0;
}

int add_token(char* text, int length)
{
	tokens[count] = text;
	lengths[count] = length;
	count = count + 1;
	return 0;
}

/* Several line ends are one, and none comes first. */
int add_line_end()
{
	if(0 == count) return 0;
	if(0 == lengths[count - 1]) return 0;
	return add_token("", 0);
}

int is_blank(int c)
{
	return (' ' == c) | ('\t' == c) | ('\n' == c);
}

/* A string has its first quote with it, and not its last. */
int read_tokens(char* text, int end)
{
	int at;
	int start;
	at = 0;
	while(at < end)
	{
		start = at;
		if('\n' == text[at])
		{
			add_line_end();
			at = at + 1;
		}
		else if(is_blank(text[at])) at = at + 1;
		else if(('#' == text[at]) | (';' == text[at]))
		{
			while((at < end) & ('\n' != text[at])) at = at + 1;
			add_line_end();
			at = at + 1;
		}
		else if(('"' == text[at]) | ('\'' == text[at]))
		{
			at = at + 1;
			while(text[at] != text[start])
			{
				if(at >= end) fail("M1: a string has no end", "");
				at = at + 1;
			}
			add_token(text + start, at - start);
			at = at + 1;
		}
		else
		{
			while((at < end) & (0 == is_blank(text[at]))) at = at + 1;
			add_token(text + start, at - start);
		}
	}
	add_line_end();
	return 0;
}

int same(int a, int b)
{
	int at;
	char* left;
	char* right;
	if(lengths[a] != lengths[b]) return 0;
	left = tokens[a];
	right = tokens[b];
	at = 0;
	while(at < lengths[a])
	{
		if(left[at] != right[at]) return 0;
		at = at + 1;
	}
	return 1;
}

int is_define(int token)
{
	char* text;
	if(6 != lengths[token]) return 0;
	text = tokens[token];
	if('D' != text[0]) return 0;
	if('E' != text[1]) return 0;
	if('F' != text[2]) return 0;
	return ('I' == text[3]) & ('N' == text[4]) & ('E' == text[5]);
}

/* Put the macros into a list. */
int collect()
{
	int at;
	at = 0;
	while(at < count)
	{
		if(is_define(at))
		{
			if(at + 2 >= count) fail("M1: the text ends within a DEFINE", "");
			macros[macro_count] = at + 1;
			macro_count = macro_count + 1;
			at = at + 3;
		}
		else at = at + 1;
	}
	return 0;
}

int put_digit(int digit)
{
	if(digit < 10) put('0' + digit);
	else put('A' + digit - 10);
	return 0;
}

int put_byte(int value)
{
	put_digit((value >> 4) & 15);
	put_digit(value & 15);
	return 0;
}

/* What the last number was worth. */
int value;

/* Is text a number, decimal or with 0x? */
int is_number(char* text, int length)
{
	int at;
	int digit;
	int radix;
	at = 0;
	radix = 10;
	value = 0;
	if('-' == text[0]) at = 1;
	if(('0' == text[0]) & (1 < length))
	{
		if('x' != text[1]) fail("M1: a number begins with 0", "");
		at = 2;
		radix = 16;
	}
	if(at == length) return 0;
	while(at < length)
	{
		digit = text[at] - '0';
		if(digit > 48) digit = digit - 32;
		if(digit > 9) digit = digit - 7;
		if((digit < 0) | (digit >= radix)) return 0;
		value = value * radix + digit;
		at = at + 1;
	}
	if('-' == text[0]) value = 0 - value;
	return 1;
}

int put_text(char* text, int length)
{
	int at;
	at = 0;
	while(at < length)
	{
		put(text[at]);
		at = at + 1;
	}
	return 0;
}

/* Each byte, and a 0 after the last, with a blank behind it. */
int put_string(char* text, int length)
{
	int at;
	at = 1;
	while(at < length)
	{
		put_byte(text[at]);
		put(' ');
		at = at + 1;
	}
	put_byte(0);
	put(' ');
	return 0;
}

int put_token(int token)
{
	int at;
	int size;
	char* text;
	text = tokens[token];
	if('\'' == text[0]) return put_text(text + 1, lengths[token] - 1);
	if('"' == text[0]) return put_string(text, lengths[token]);
	at = macro_count;
	while(0 < at)
	{
		at = at - 1;
		if(same(macros[at], token))
		{
			token = macros[at] + 1;
			return put_text(tokens[token], lengths[token]);
		}
	}
	size = 0;
	if('!' == text[0]) size = 1;
	else if(('@' == text[0]) | ('$' == text[0])) size = 2;
	else if(('%' == text[0]) | ('&' == text[0])) size = 4;
	if(0 != size)
	{
		if(is_number(text + 1, lengths[token] - 1))
		{
			while(0 < size)
			{
				put_byte(value);
				value = value >> 8;
				size = size - 1;
			}
			return 0;
		}
	}
	else if(':' != text[0]) fail("M1: no macro, number or reference: ", text);
	return put_text(text, lengths[token]);
}

/* Is it the end of a line, or a definition, which counts as one? */
int ends_line(int token)
{
	if(0 == lengths[token]) return 1;
	return is_define(token);
}

int print()
{
	int at;
	at = 0;
	while(at < count)
	{
		if(ends_line(at))
		{
			if(is_define(at)) at = at + 2;
			at = at + 1;
			if(at >= count) put('\n');
			else if(0 == ends_line(at)) put('\n');
		}
		else
		{
			put_token(at);
			at = at + 1;
			if(0 == ends_line(at)) put(' ');
		}
	}
	return 0;
}

int main(int argc, char** argv)
{
	int at;
	char* output;
	char* text;
	out = allocate(1048576);
	tokens = allocate(400000);
	lengths = allocate(400000);
	macros = allocate(40000);
	output = 0;
	at = 1;
	while(at < argc)
	{
		if(equal(argv[at], "-f") | equal(argv[at], "--file"))
		{
			at = at + 1;
			text = read_file(argv[at]);
			read_tokens(text, file_length);
		}
		else if(equal(argv[at], "-o") | equal(argv[at], "--output"))
		{
			at = at + 1;
			output = argv[at];
		}
		else if(equal(argv[at], "--architecture"))
		{
			at = at + 1;
			if(0 == equal(argv[at], "x86")) fail("M1: not for ", argv[at]);
		}
		else if(0 == equal(argv[at], "--little-endian")) fail("M1: unknown option ", argv[at]);
		at = at + 1;
	}
	if(0 == output) fail("M1: an output is wanted", "");
	collect();
	print();
	return write_file(output, 384, out, out_length); /* mode 0600 */
}
