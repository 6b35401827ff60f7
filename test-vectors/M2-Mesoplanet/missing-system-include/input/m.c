#include <none.h>
