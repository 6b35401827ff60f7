/* hello: prints "Hello, stage0!" and a line feed, then exits with status 0.
 * This is the C that cc_x86 and M2-Planet have in common: no initialisers, no ++, while for every loop. */

int write(int file, char* text, int length);

int length_of(char* text)
{
	int length;
	length = 0;
	while(0 != text[length])
	{
		length = length + 1;
	}
	return length;
}

int main()
{
	char* text;
	text = "Hello, stage0!\n";
	write(1, text, length_of(text));
	return 0;
}
