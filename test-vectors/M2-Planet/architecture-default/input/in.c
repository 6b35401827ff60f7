#ifdef __knight__
int main() { return 1; }
#endif
