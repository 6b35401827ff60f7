#define A
#ifdef A
a
#endif
#ifndef A
b
#endif
#ifdef __i386__
x86
#endif
