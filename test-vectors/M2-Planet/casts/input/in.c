int f(int a, char* p)
{
	return (char)a + (unsigned)a / 2 + (int)p[1] + *(int*)p + ((struct x*)p == 0);
}
