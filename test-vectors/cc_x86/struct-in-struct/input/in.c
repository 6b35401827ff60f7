struct a { struct b { int c; }; d; };
