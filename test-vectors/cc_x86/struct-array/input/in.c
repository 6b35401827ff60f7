struct a { int x; };
struct b { struct a y[2]; };
