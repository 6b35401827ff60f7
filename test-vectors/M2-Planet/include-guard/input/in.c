#include "g.h"
#include "g.h"
int a = 0 + G;
