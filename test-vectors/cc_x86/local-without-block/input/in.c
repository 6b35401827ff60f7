int f(int x) { if(x) int y = 1; y = 2; }
