#include <a.h>
#include <s/b.h>
x
