char* s;
int* p;
unsigned u;
int f()
{
	int a = 1;
	a += 3;
	u += 3;
	a -= 3;
	u -= 3;
	a *= 3;
	u *= 3;
	a /= 3;
	u /= 3;
	a %= 3;
	u %= 3;
	a <<= 3;
	u <<= 3;
	a >>= 3;
	u >>= 3;
	a &= 3;
	u &= 3;
	a ^= 3;
	u ^= 3;
	a |= 3;
	u |= 3;
	s[1] += 1;
	p[2] -= 1;
	p += 1;
	return a;
}
