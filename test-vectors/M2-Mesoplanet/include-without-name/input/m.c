#include FOO
