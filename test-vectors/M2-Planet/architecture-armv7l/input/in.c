struct s { char c; short h; int i; struct s* next; FUNCTION run; char text[40]; };
int g = -5;
short h = -2;
unsigned short k = 2;
char* name = "n";
int table[3] = {1, 2};
struct s object = {1, 2, 3, 0};
struct s* link = &object;
int64_t wide = -1;
int f(int a, unsigned b, char c, short d, char* s, ...)
{
	int x = 1;
	int big[600];
	unsigned y = 0x12345678;
	struct s v;
	struct s* p = &v;
	char* ap;
	__va_start(ap, s);
	x = __va_arg(ap, int);
	x = -a + !b + ~c - 127 + 128 - 2048 + 100000 - 2147483647;
	x = a * a / a % a << a >> a < a;
	y = b * b / b % b << b >> b < b;
	x = (a <= a) + (a >= a) + (a > a) + (a == a) + (a != a) + (b <= b) + (b >= b) + (b > b);
	x = a & a && a | a || a ^ a;
	x += 1; x -= 1; x *= 2; x /= 2; x %= 2; x <<= 1; x >>= 1; x &= 1; x ^= 1; x |= 1;
	y += 1; y -= 1; y *= 2; y /= 2; y %= 2; y <<= 1; y >>= 1;
	s[1] += 1;
	big[3] = s[x] + big[x] + table[1];
	p->i = p->c + p->h + p->text[3];
	v.i = x;
	p->run = f;
	x++; --x; s++; ++s;
	*s = 0;
	do { x = x - 1; } while(x);
	while(x) { if(x == 3) break; else continue; }
	for(x = 0; x < 9; x++) { g = p->run(1, 2) + f(x, y, c, d, "str"); }
	switch(x) { case 1: x = 2; break; case -70000: x = 3; default: x = 4; }
	goto out;
out:
	return sizeof(struct s) + k + h + c + d;
}
int main()
{
}
