char* f() { return "a\q"; }
