struct s { int a; int b; int c; };
struct t { int x; union { struct s inner; struct s* pointer; int x; }; int tail; };
int f(struct t* p) { return p->x + p->tail + p->pointer->c + sizeof(struct t); }
