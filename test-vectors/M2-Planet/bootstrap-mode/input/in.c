#include <stdio.h>
FILE* f;
struct s { int a; char* b; };
int main(int argc, char** argv)
{
	struct s* p;
	char** v = argv;
	p->a = argc + 1;
	if(0 == p->a) return 1;
	return sizeof(struct s);
}
