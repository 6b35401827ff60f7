/* chmod: `chmod MODE FILE...`, the mode in octal digits. */

int main(int argc, char** argv)
{
	int at;
	int mode;
	char* digits;
	if(argc < 3) fail("chmod: a mode and a file are wanted", "");
	digits = argv[1];
	mode = 0;
	at = 0;
	while(0 != digits[at])
	{
		if((digits[at] < '0') | (digits[at] > '7')) fail("chmod: not a mode: ", digits);
		mode = mode * 8 + (digits[at] - '0');
		at = at + 1;
	}
	at = 2;
	while(at < argc)
	{
		if(chmod(argv[at], mode) < 0) fail("chmod: cannot change ", argv[at]);
		at = at + 1;
	}
	return 0;
}
