int f() { break; }
