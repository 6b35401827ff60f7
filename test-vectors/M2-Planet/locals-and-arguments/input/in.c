int add(int a, char* b, int c)
{
	int x = a;
	int y;
	y = x + c;
	return y;
}
