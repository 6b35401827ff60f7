#define A 3
#define EMPTY
#if A == 3
int one;
#else
int no1;
#endif
#ifdef B
int no2;
#if 1
#else
#endif
#elif A < 2
int no3;
#elif 1
int two;
#elif 1
int no4;
#else
int no5;
#endif
#ifndef B
int three;
#endif
#undef A
#if defined(A) || defined EMPTY
int four;
#endif
