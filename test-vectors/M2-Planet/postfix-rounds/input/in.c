struct s { int a; FUNCTION f; };
int f(struct s* p)
{
	return p->f(1)(2);
}
