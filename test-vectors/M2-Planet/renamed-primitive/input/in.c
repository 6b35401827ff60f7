typedef char unsigned int;
int x = 100;
int f(int a) { int b = a; return b; }
