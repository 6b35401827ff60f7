int f(int a, int b)
{
	if(a < b) return a <= b;
	while(a >= b) a = a > b;
	return (a == b) != (a == 1);
}
