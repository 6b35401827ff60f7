void f() { int a; int b; a = b; }
void g(int x, int y) { int a; int b; a = y; }
int main(int argc, char** argv) { int a = argc; int b; return b; }
