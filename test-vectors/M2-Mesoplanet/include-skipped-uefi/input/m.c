#include <uefi/a.h>
x
