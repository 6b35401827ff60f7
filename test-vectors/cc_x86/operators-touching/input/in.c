int f(int a) { a =-1; }
