int a;
#include "e.h"
int b;
