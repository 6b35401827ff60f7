int f(int a)
{
	switch(a)
	{
		case 1: a = 2; break;
		case -1:
		case 'c': a = 3;
		break;
		default: a = 4;
	}
	return a;
}
