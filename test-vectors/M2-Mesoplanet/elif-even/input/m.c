#if 0
a
#elif 2
b
#else
c
#endif
