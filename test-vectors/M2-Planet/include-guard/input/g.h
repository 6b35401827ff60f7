#ifndef G_H
#define G_H
#define G 4
int g;
#endif
