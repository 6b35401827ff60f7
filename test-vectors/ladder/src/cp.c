/* cp: `cp SOURCE DESTINATION` copies a file. A new one gets the mode 0600. */

int main(int argc, char** argv)
{
	char* bytes;
	if(argc != 3) fail("cp: a source and a destination are wanted", "");
	bytes = read_file(argv[1]);
	return write_file(argv[2], 384, bytes, file_length);
}
