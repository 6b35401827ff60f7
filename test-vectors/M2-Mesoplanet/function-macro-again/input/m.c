#define F(a) <a>
F(1) F(2) F(x y)
