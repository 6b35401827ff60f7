#define E
#define A 1
E A A
E
