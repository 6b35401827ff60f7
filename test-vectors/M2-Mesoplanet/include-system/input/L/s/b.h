#include <a.h>
from b
