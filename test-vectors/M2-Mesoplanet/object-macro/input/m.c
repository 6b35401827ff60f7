#define A B c
#define B 2
A x A
