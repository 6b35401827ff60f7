int main() { return a; }
