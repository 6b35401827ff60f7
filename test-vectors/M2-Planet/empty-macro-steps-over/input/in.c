#define NOTHING
#define X 5
int a = NOTHING X;
