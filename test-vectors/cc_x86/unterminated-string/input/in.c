char* f() { return "abc; }
