#define SUM(a, b) (a + b)
int x = SUM(1, 2);
