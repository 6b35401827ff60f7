struct s { int a; char b[5]; };
int g[7];
int f(char* p)
{
	struct s v;
	return sizeof(int) + sizeof(struct s) + sizeof(v) + sizeof(*p) + sizeof(p) + sizeof(g) + sizeof("ab\n") + sizeof(struct s*);
}
