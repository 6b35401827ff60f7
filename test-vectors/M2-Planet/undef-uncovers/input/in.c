#define A 1
#define A 2
int x = 0 + A;
#undef A
int y = 0 + A;
