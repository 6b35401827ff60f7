struct t { union { char room[10]; int number; }; union { int a; char b; }; int tail; };
int f(struct t* p) { return p->tail + p->b + p->number + sizeof(struct t); }
