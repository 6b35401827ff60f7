int later(int a, char* b);
int main() { return later(1, "x"); }
