// c
#define A 1
A
int x; // d
#define B 2
B
