struct one { char a; };
struct three { char a; char b; char c; };
struct eight { int a; int b; };
struct nine { int a; int b; char c; };
struct none { };
int f(struct one* a, struct three* b, struct eight* c, struct nine* d, struct none* e, int i) { a[i]; b[i]; c[i]; d[i]; e[i]; i[i]; }
