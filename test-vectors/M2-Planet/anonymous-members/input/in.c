struct s
{
	int first;
	union
	{
		int a;
		char b;
	};
	struct
	{
		int c;
		int d;
	};
};
int f(struct s* p)
{
	return p->a + p->b + p->c + p->d;
}
