int f() { return sizeof(struct s { int a; };); }
