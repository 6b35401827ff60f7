int first;
int second = 5;
int third;
int main() { return 0; }
