int f()
{
	char buffer[10];
	int numbers[3];
	int after = 1;
	buffer[0] = 65;
	numbers[1] = buffer[2];
	return buffer + numbers[after] + sizeof(buffer) + sizeof(numbers);
}
