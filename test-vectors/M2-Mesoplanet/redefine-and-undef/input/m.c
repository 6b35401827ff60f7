#define A 1
#define A 2
A
#undef A
A
#undef A
A
#undef A
