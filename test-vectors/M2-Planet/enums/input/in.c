enum { A, B, C = 10, D, E = -2, F = D + 1 };
enum color { RED = 'r', GREEN };
enum color c = GREEN;
int a[C];
int f(enum color* p)
{
	return A + B + D + E + F + RED + p[1];
}
