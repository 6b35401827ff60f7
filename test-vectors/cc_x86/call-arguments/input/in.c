int g(int a, int b) { return a; }
int f() { return g(g(1, 2), g(3, g(4, 5))) + g(6, (7 + 8)); }
