int f(int a)
{
	if(!a) return !(a == 2);
	return !!a + !-a;
}
