int f()
{
	static int count = 3;
	static char* names[2];
	count = count + 1;
	return count + names[1];
}
int g() { static int count; return count; }
