#if 10 - 2 - 3 == 11
a
#endif
#if 2 * 3 + 4 == 14
b
#endif
#if 1 << 2 + 1 == 8
c
#endif
