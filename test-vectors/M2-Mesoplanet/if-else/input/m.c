#if 0
a
#elif 1
b
#else
c
#endif
#if 2
d
#else
e
#endif
