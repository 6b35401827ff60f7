int f() { struct s { int a; int b; }; x; struct s* p; p->b = x; x = 1; }
