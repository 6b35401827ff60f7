int f(int a)
{
again:
	a = a - 1;
	if(a) goto again;
	goto done;
done:
	return a;
}
