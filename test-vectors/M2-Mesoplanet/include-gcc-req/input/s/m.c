#include "gcc_req.h"
x
