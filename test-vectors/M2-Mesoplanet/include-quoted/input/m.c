#include "a.h"
x
#include "a.h"
y
