/* The even numbers up to a limit, kept in a list and summed. */

struct item
{
	struct item* next;
	int number;
};

struct item items[80];

int main()
{
	struct item* list = 0;
	int used = 0;
	int number;
	for(number = 1; number <= 10; number = number + 1)
	{
		if(1 == (number & 1)) continue;
		items[used].number = number;
		items[used].next = list;
		list = items + (used * sizeof(struct item));
		used = used + 1;
	}

	int sum = 0;
	while(0 != list)
	{
		print_number(list->number);
		print("\n");
		sum = sum + list->number;
		list = list->next;
	}
	print("sum ");
	print_number(sum);
	print("\n");
	return sum;
}
