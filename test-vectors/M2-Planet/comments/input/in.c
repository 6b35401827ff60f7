int /* a ** b */ a; /*/ int b; // int c;
int d; \
int e;
/**/int f;
