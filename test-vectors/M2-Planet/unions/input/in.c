union u
{
	int i;
	char c[7];
	char b;
};
int size = sizeof(union u);
int f(union u* p)
{
	p->i = 1;
	return p->b;
}
