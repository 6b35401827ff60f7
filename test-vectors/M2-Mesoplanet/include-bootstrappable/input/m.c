#include "M2libc/bootstrappable.h"
