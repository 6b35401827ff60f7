int f(int n) { while(n) { continue; } }
