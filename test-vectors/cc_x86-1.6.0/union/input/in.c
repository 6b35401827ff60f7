struct t
{
	int head;
	union
	{
		char small;
		int number;
		char* text;
		char room[10];
		char less;
	};
	int tail;
};
int f(struct t* p)
{
	p->tail = p->number;
	p->head = p->text[1] + p->room[2];
	return p->small + sizeof(struct t);
}
