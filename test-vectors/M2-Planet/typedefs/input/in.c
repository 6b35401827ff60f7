typedef unsigned long size;
typedef char* text;
typedef int (*callback)(int, char*);
typedef size size;
typedef int size;
size a;
text b;
int f(callback c, text t, size* s)
{
	return c(1, t) + t[1] + s[1] + *s;
}
