#if -2147483648 / -1
#endif
int a;
