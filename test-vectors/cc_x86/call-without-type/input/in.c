int f() { struct s { int a; }; x; x(1); }
