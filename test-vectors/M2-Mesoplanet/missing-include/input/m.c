x
#include "none.h"
