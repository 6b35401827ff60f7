#if 0x1F == 31 && 0b11 == 3 && 017 == 15 && 1_000 == 1000
a
#endif
#if 10L
b
#else
c
#endif
#if 089
d
#else
e
#endif
