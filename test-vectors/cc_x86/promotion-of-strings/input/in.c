int f(char** v) { (v + v)[0]; }
