// int hidden;
int f(int a)
{
	// a = a + hidden;
	return a // + 1
	;
}
