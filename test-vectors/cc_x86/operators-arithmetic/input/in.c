int f(int a, int b) { return a + b * 2 - b / 3 % 4 << 5 >> 1; }
