#if -7 / 2 == -3
a
#endif
#if -7 % 2 == -1
b
#endif
#if -8 >> 1 == -4
c
#endif
