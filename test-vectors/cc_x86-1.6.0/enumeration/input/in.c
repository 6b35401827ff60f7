enum { A = 5 };
int f() { return A; }
