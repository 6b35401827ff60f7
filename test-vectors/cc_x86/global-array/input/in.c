int first;
int main() { return first; }
int many[9];
int last() { return 1; }
