#define A 1 /* one */ + 2 /* two */
#define B 3 // three
A B
