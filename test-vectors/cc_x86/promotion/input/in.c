struct a { int x; int y; };
struct b { int z; int y; int x; };
int f(struct a* p, struct b* q, char** v) { (p + q)->y; (q + p)->x; (1 + p)->y; (v + p)->y; }
