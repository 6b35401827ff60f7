#warning careful now
x
#if 0
#warning not this
#endif
