/* io: what the programs in this folder have in common. It is put before each of them, and
 * lib/x86/start.M1 has the calls of the kernel.
 *
 * This is the C of cc_x86: no initial values, no ++, && and || are & and |, so that both sides are
 * always worked out; every global is one word. */

int exit(int status);
int read(int file, char* buffer, int length);
int write(int file, char* text, int length);
int open(char* name, int flags, int mode);
int close(int file);
int unlink(char* name);
int chmod(char* name, int mode);
int mkdir(char* name, int mode);
int brk(int end);

/* Where free memory begins; 0 before the first piece is taken. */
int memory_end;

/* The length of the text that read_file gave last. */
int file_length;

int length_of(char* text)
{
	int length;
	length = 0;
	while(0 != text[length]) length = length + 1;
	return length;
}

/* To standard error: a program that goes wrong says so and ends with status 1. */
int fail(char* what, char* name)
{
	write(2, what, length_of(what));
	write(2, name, length_of(name));
	write(2, "\n", 1);
	exit(1);
	return 1;
}

int equal(char* a, char* b)
{
	int at;
	at = 0;
	while(a[at] == b[at])
	{
		if(0 == a[at]) return 1;
		at = at + 1;
	}
	return 0;
}

/* Memory filled with zeros, a multiple of four bytes. */
char* allocate(int length)
{
	int start;
	if(0 == memory_end) memory_end = brk(0);
	start = memory_end;
	memory_end = start + ((length + 3) & -4);
	if(brk(memory_end) != memory_end) fail("out of memory", "");
	return start;
}

/* All of a file, and a 0 after it. */
char* read_file(char* name)
{
	int file;
	int room;
	int got;
	char* bytes;
	char* more;
	file = open(name, 0, 0);
	if(file < 0) fail("cannot open ", name);
	room = 65536;
	bytes = allocate(room + 1);
	file_length = 0;
	got = read(file, bytes, room);
	while(0 < got)
	{
		file_length = file_length + got;
		if(file_length == room)
		{
			/* What is taken next follows directly, if its length is a multiple of four. */
			more = allocate(room);
			room = room + room;
		}
		got = read(file, bytes + file_length, room - file_length);
	}
	if(got < 0) fail("cannot read ", name);
	close(file);
	return bytes;
}

/* A new file gets the mode, less the umask; an old one keeps its own. */
int write_file(char* name, int mode, char* bytes, int length)
{
	int file;
	int done;
	file = open(name, 577, mode); /* write, make it, empty it */
	if(file < 0) fail("cannot write ", name);
	while(0 < length)
	{
		done = write(file, bytes, length);
		if(done < 1) fail("cannot write ", name);
		bytes = bytes + done;
		length = length - done;
	}
	close(file);
	return 0;
}
