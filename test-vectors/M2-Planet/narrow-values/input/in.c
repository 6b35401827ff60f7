char gc;
short gs;
int f(char c, short s, unsigned char uc, unsigned short us)
{
	gc = c;
	gs = s;
	uc = gc;
	us = gs;
	return c + s + uc + us + gc + gs;
}
