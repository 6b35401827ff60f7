#define F() x
F() F
