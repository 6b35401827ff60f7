struct s { char a; char b; int c; };
int f(struct s* p) { p->b = p->a; return p->b; }
