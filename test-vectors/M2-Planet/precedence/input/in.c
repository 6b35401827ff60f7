int f(int a, int b)
{
	return a + b * 2 - 3 << 1 < 5 & a == b | 1 ^ a - b - 1;
}
