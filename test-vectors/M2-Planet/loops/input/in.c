int f(int a)
{
	int i;
	while(a)
	{
		do
		{
			if(a == 3) continue;
			break;
		} while(a);
		for(i = 0; i < 10; i = i + 1)
		{
			if(i == 5) break;
			continue;
		}
		for(int j = 0; j < 3; j++) a = a + j;
	}
	return a;
}
