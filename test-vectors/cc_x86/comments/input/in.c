# line
int a; // line
/* block * / **/ int b; /*/ int c; /* */ int/**/d;
int f() { return 1 # not 2
 + 3 / 2; }
