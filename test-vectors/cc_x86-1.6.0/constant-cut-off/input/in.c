int f() { return 1; }
// CONSTANT LAST
