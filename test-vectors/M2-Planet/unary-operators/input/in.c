int f(int a)
{
	return -a + !a - ~a + !!a + - - a;
}
