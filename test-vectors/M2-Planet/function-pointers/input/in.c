FUNCTION g;
struct ops { int (*run)(int a, char*); };
int add(int a) { return a; }
int f(FUNCTION arg, struct ops* o)
{
	int (*local)(int);
	local = add;
	g = &add;
	o->run = add;
	return local(1) + g(2) + arg(3) + o->run(4) + (*local)(5) + (**local)(6);
}
