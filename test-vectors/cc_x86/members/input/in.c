struct list
{
	struct list* next;
	char* name;
	int count;
};
int f(struct list* l) { l->next = l->next->next; l->count = l->next->count + 1; l->name[2] = l->name[1]; return l->next; }
