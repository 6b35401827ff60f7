#define A 1
#if defined(A) && defined A
a
#endif
#if defined ( B )
b
#endif
#if !defined(B)
c
#endif
