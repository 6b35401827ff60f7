#define F(x) 5 x
int pad;
int a = F();
int b;
