#define X (X)
int pad;
int a = X;
