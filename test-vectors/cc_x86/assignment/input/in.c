int g;
int f(int a) { a = g = a = 1; g = g + (a = 2); }
