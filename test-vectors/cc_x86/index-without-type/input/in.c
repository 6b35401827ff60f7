int f(int* p) { p[0] = 1; 2[0]; }
