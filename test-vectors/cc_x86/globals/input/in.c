int count;
char* name;
FUNCTION handler;
struct list { int a; };
struct list* head;
