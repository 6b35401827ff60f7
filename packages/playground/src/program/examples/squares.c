/* squares: the squares of 1 to 5. A local variable is a word on the stack, and has no value until it
 * gets one. All of + - * / have the same rank: brackets decide. */

int write(int file, char* text, int length);

char* digits;

int print(int number)
{
	int tens;
	tens = number / 10;
	if(0 < tens) write(1, digits + tens, 1);
	write(1, digits + (number - (tens * 10)), 1);
	return write(1, "\n", 1);
}

int main()
{
	int number;
	digits = "0123456789";
	number = 1;
	while(number <= 5)
	{
		print(number * number);
		number = number + 1;
	}
	return 0;
}
