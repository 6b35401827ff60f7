int f() { if x; }
