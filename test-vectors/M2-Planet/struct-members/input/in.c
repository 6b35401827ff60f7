struct inner
{
	char c;
	int i;
};
struct s
{
	int a;
	char b;
	short c;
	char text[9];
	char tiny[4];
	struct inner in;
	struct s* next;
};
int f(struct s* p)
{
	struct s v;
	v.a = 1;
	v.in.i = 2;
	p->b = 'x';
	p->next->c = p->b + p->c;
	p->a += 5;
	p->text[2] = p->tiny[1];
	p->next = &v;
	return v.a + p->in.i + v.b;
}
