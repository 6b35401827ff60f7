#if 1 && 2
a
#else
b
#endif
#if 0 || 4
c
#endif
#if !0 && !!3
d
#endif
