A B C
#if A
a
#endif
