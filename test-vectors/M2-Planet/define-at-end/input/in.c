int a;
#define