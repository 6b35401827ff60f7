int f()
{
	char c = 'c', *p = "x", **q;
	int a, b = 2;
	return a + b;
}
