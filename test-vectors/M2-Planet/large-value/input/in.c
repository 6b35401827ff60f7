int f(int64_t a) { return a; }
