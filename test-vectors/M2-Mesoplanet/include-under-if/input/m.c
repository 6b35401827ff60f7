#if 0
x
#include "a.h"
#endif
y
