struct list
{
	struct list* next;
	char* name;
	int count;
};
int f() { sizeof(struct list); sizeof(struct list*); sizeof(struct list**); sizeof(int*); sizeof(char); sizeof(char*); sizeof(char***); sizeof(void); sizeof(FILE*); sizeof(unsigned); sizeof(long); sizeof(FUNCTION); sizeof(struct int); }
