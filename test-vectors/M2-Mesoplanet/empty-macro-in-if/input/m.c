#define A
#if A
#endif
