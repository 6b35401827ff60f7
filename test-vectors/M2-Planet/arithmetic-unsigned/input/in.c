int f(unsigned a, unsigned b)
{
	a = a * b;
	a = a / b;
	a = a % b;
	a = a << b;
	a = a >> b;
	a = a < b;
	a = a <= b;
	a = a > b;
	a = a >= b;
	a = a == b;
	return a;
}
