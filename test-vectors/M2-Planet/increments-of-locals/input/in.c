int f()
{
	int a = 1;
	int* p = 0;
	char* s = 0;
	a++;
	++a;
	a--;
	--a;
	p++;
	--p;
	s++;
	return *p++ + a++;
}
