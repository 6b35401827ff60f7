int f(char* p, int* q) { p; f(1)[2]; q; "abc"[1]; }
