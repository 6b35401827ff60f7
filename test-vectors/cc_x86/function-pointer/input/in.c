int g(int a) { return a; }
int f(FUNCTION h, int k) { FUNCTION l = g; h(1, 2); l(); k = g; return h; }
