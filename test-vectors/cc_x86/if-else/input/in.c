int f(int x) { if(x == 1) return 10; else if(x == 2) { x = 3; } else x = 4; return x; }
