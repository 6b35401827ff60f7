int a;
int f() { return a; }
