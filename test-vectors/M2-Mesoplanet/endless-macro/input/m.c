#define A A
A
