int f(int n, ...)
{
	char* ap;
	__va_start(ap, n);
	int a = __va_arg(ap, int);
	__va_end(ap);
	return a;
}
