int a = 0 + VALUE;
#ifdef FLAG
int b;
#endif
#ifdef __i386__
int c;
#endif
