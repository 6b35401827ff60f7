#include "a.h" x
y
