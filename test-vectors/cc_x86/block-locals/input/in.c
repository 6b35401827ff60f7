int f(int x) {
	int a = 1;
	{ int a = 2; int b = a; x = b; }
	x = a;
}
