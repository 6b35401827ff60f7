int a;
#include "nowhere.h"
