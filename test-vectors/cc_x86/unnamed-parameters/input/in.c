int f(int, char*, int a int b) { return a + b; }
