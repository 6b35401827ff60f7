enum { E = 7 };
int g;
int h() { return g; }
int f(int E, int h, int g) { int g; E = h; g = E; return h; }
int k() { return h; }
