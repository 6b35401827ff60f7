#include "sub/one.h"
#include <two.h>
#include "three.h"
int last;
