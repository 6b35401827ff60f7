struct t { int a; union { }; int b; };
int f(struct t* p) { return p->b + sizeof(struct t); }
