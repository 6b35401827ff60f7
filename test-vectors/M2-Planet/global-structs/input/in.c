struct point
{
	int x;
	int y;
	char* name;
};
struct point a = {1, 2, "p"};
struct point b = {1};
struct point c[2] = {{1, 2, 0}, {3}};
struct point d[3] = {{1}};
struct point e;
