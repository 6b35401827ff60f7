/* untar: `untar --file ARCHIVE` takes files and folders out of a tar archive. */

/* A number in octal digits. */
int octal(char* field, int length)
{
	int at;
	int value;
	value = 0;
	at = 0;
	while(at < length)
	{
		if((field[at] >= '0') & (field[at] <= '7')) value = value * 8 + (field[at] - '0');
		at = at + 1;
	}
	return value;
}

/* The sum over a header, in which its own field counts as blanks. */
int is_right(char* header)
{
	int at;
	int sum;
	at = 0;
	sum = 0;
	while(at < 512)
	{
		if((at < 148) | (at > 155)) sum = sum + (header[at] & 255);
		else sum = sum + ' ';
		at = at + 1;
	}
	return sum == octal(header + 148, 8);
}

int main(int argc, char** argv)
{
	int at;
	int end;
	int size;
	int kind;
	char* archive;
	char* name;
	if(argc != 3) fail("untar: --file ARCHIVE is wanted", "");
	if(0 == equal(argv[1], "--file")) fail("untar: unknown option ", argv[1]);
	archive = read_file(argv[2]);
	end = file_length;
	at = 0;
	/* A header without a name is the end. */
	while((at < end) & (0 != archive[at]))
	{
		name = archive + at;
		if(0 == is_right(name)) fail("untar: a header is damaged in ", argv[2]);
		size = octal(name + 124, 12);
		kind = name[156];
		if(at + 512 + size > end) fail("untar: the archive ends too early: ", argv[2]);
		if('5' == kind) mkdir(name, octal(name + 100, 8));
		else if('0' == kind) write_file(name, 384, name + 512, size);
		else fail("untar: neither file nor folder: ", name);
		at = at + 512 + ((size + 511) & -512);
	}
	write(2, "The extraction of ", 18);
	write(2, argv[2], length_of(argv[2]));
	write(2, " was successful\n", 16);
	return 0;
}
