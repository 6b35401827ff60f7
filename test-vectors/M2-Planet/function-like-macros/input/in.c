#define ADD(a, b) (a + b)
#define TWICE(x) (x + x)
#define NIL() 0
#define SPACED (3)
int g(int a, int b) { return a; }
int f(int q)
{
	return ADD(q, 2) + TWICE(g(1, 2)) + NIL() + SPACED;
}
