#include <missing.h>
#include "missing.h"
int a;
