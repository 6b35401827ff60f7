int f(int* p, char* s, char** v, unsigned char* u)
{
	*p = 1;
	**v = 2;
	s[0] = p[1];
	v[1][2] = 3;
	u[1] = u[2];
	return *p + **v + *(p) + p[1] + (p + 1) - s[1];
}
