unsigned u;
int i;
char c;
int f()
{
	return (u / i) + (i / u) + (c >> u) + (c < i) + (u < c);
}
