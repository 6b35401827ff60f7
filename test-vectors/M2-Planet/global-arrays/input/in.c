char a[5];
int b[3];
int c[] = {1, 2, 3};
char d[6] = {1, 2};
char* e[2] = {"x", 0};
short g[3] = {1};
int h[2] = {7,};
