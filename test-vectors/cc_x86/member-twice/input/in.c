struct s { int a; int b; char* a; };
int f(struct s* p) { p->a[0] = 1; }
