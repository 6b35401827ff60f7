/* rm: `rm FILE...` removes files. What cannot be removed is told, and the rest is removed all the
 * same, with status 0: this is how upstream's does it. */

int main(int argc, char** argv)
{
	int at;
	at = 1;
	while(at < argc)
	{
		if(unlink(argv[at]) < 0)
		{
			write(2, "unable to delete file: ", 23);
			write(2, argv[at], length_of(argv[at]));
			write(2, " !!!\n", 5);
		}
		at = at + 1;
	}
	return 0;
}
