#include <linux/a.h>
#ifdef __uefi__
yes
#endif
