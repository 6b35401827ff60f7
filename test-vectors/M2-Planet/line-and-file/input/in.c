int pad;
int a = 0 + __LINE__ ;
int b = 0 + __LINE__
;
char* f() { return ( __FILE__ ); }
#FILENAME other.c 100
int c = 0 + __LINE__ ;
char* g() { return ( __FILE__ ); }
