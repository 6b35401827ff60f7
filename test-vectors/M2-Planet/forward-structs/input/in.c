struct node;
typedef struct node node;
struct node
{
	struct node* next;
	int value;
};
int f(node* n)
{
	return n->next->value;
}
