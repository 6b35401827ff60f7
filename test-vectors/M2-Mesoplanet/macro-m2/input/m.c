__M2__
#define __M2__ 3
__M2__
#if __M2__
yes
#endif
