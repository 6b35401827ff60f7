int f(char* p, int x) { x + p[1] = 3; p[1] + x = 4; }
