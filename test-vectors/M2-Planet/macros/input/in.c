#define ONE 1
#define TWO (ONE + ONE)
#define SAME ONE
#define TYPE int
int pad;
TYPE f()
{
	return TWO + (ONE);
}
