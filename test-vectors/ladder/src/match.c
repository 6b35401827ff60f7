/* match: `match A B` ends with status 0 when the two words are the same, else with 1. */

int main(int argc, char** argv)
{
	if(argc != 3) exit(2);
	if(equal(argv[1], argv[2])) return 0;
	return 1;
}
