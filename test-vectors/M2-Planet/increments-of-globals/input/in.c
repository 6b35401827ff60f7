int g;
int f()
{
	g++;
	--g;
	static int s;
	s++;
	return g;
}
