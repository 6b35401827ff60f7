/* mkdir: `mkdir [-p] FOLDER...`. With -p those above it are made too, and one that is there is no
 * error. */

/* Make every folder that the path leads through: it is cut off at each slash in turn. */
int make_parents(char* path)
{
	int at;
	at = 1;
	while(0 != path[at])
	{
		if('/' == path[at])
		{
			path[at] = 0;
			mkdir(path, 493);
			path[at] = '/';
		}
		at = at + 1;
	}
	return 0;
}

int main(int argc, char** argv)
{
	int at;
	int parents;
	parents = 0;
	at = 1;
	while(at < argc)
	{
		if(equal(argv[at], "-p")) parents = 1;
		else
		{
			if(parents) make_parents(argv[at]);
			if((mkdir(argv[at], 493) < 0) & (0 == parents)) /* mode 0755 */
			{
				fail("mkdir: cannot make ", argv[at]);
			}
		}
		at = at + 1;
	}
	return 0;
}
