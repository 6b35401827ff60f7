#if 0
x
#if 1
a
#else
b
#endif
c
#else
d
#endif
