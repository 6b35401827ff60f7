#ifdef __arm__
int a;
#endif
#ifdef __i386__
int b;
#endif
