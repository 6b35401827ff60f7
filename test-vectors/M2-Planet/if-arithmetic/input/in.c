#if 1 && 2
int yes0;
#else
int no0;
#endif
#if 9 - 3 - 2 == 8
int yes1;
#else
int no1;
#endif
#if 2 * 3 + 4 == 14
int yes2;
#else
int no2;
#endif
#if !0 && -1 < 0
int yes3;
#else
int no3;
#endif
#if (1 + 2) * 3 == 9
int yes4;
#else
int no4;
#endif
#if 1 << 33 == 2
int yes5;
#else
int no5;
#endif
#if -7 / 2 == -3
int yes6;
#else
int no6;
#endif
#if -7 % 2 == -1
int yes7;
#else
int no7;
#endif
#if 0x10 == 16
int yes8;
#else
int no8;
#endif
#if __STDC__ + __M2__ == 43
int yes9;
#else
int no9;
#endif
#if 1 || 0 == 0
int yes10;
#else
int no10;
#endif
#if -8 >> 1 == -4
int yes11;
#else
int no11;
#endif
