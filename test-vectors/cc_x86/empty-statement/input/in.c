int f() { ; }
