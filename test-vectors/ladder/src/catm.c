/* catm: `catm OUTPUT INPUT...` puts files together. All are read before the output is opened. */

int main(int argc, char** argv)
{
	int at;
	int length;
	int from;
	char* bytes;
	char* whole;
	if(argc < 2) fail("catm: the output file is missing", "");
	length = 0;
	at = 2;
	while(at < argc)
	{
		read_file(argv[at]);
		length = length + file_length;
		at = at + 1;
	}
	whole = allocate(length + 1);
	length = 0;
	at = 2;
	while(at < argc)
	{
		bytes = read_file(argv[at]);
		from = 0;
		while(from < file_length)
		{
			whole[length] = bytes[from];
			from = from + 1;
			length = length + 1;
		}
		at = at + 1;
	}
	return write_file(argv[1], 384, whole, length); /* mode 0600 */
}
