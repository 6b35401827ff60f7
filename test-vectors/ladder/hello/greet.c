/* greet: as hello, through the preprocessor of M2-Mesoplanet. */
#include "greet.h"

int main()
{
	for(int i = 0; i < TIMES; i += 1)
	{
		GREET("Hello, stage0!\n", 15);
	}
	return 0;
}
