enum { A = 5, B };
int f(int a)
{
	switch(a)
	{
		case A: a = 2;
		case B: a = 3;
	}
	return a;
}
