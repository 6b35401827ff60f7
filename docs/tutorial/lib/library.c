/* The little library of C programs here; exit, read and write are in start.M1. */

void exit(int status);
int read(int file, char* buffer, int length);
int write(int file, char* text, int length);

int strlen(char* text)
{
	int length = 0;
	while(0 != text[length]) length = length + 1;
	return length;
}

/* Write a text to standard output. */
void print(char* text)
{
	write(1, text, strlen(text));
}

/* Write a number in decimal, without a sign. */
void print_number(unsigned number)
{
	char* digits = "0123456789";
	if(number > 9) print_number(number / 10);
	write(1, digits + (number % 10), 1);
}
