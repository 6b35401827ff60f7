int f(int a)
{
	{
		int a = 1;
		{ int b = a; int a = 3; b = a; }
		a = 2;
	}
	int c = a;
	return c;
}
