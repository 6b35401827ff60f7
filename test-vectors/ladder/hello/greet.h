#ifndef GREET_H
#define GREET_H

int write(int file, char* text, int length);

#if defined(__i386__) && __M2__ == 0
#define TIMES 2
#else
#define TIMES 1
#endif

#define GREET(text, length) write(1, text, length)

#endif
