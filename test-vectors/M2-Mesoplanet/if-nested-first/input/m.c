#if 0
#if 1
kept
#endif
#endif
