struct list
{
	struct list* next;
	char* name;
	int count;
};
int f(struct list* l) { return l->size; }
