int write(int file, char* text, int length);

#define TEXT "hello\n"

int main()
{
	write(1, TEXT, 6);
	return 0;
}
