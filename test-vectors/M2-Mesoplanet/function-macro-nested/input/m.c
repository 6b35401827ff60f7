#define F(a) [a]
F(F(1))
