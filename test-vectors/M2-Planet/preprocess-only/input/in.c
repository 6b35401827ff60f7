#define X(a) (a)
int pad;
char* s = "text"; /* gone */
// gone too
int y = X(3) + 'c' +=+ 4 <=> 5;
