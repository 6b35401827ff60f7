#include "near.h"
int one;
