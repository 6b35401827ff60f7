struct t { int a; union { char m[4294967295]; }; union { char n[4294967290]; char o[4294967292]; }; int b; };
int f(struct t* p) { return p->b + sizeof(struct t); }
