enum { A = 1, B = 0x10, C = 'c', };
enum { D = word };
int f() { return A + B + C + D; }
