int f() { return 1->a; }
