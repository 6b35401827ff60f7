int f(int x) { int a; int b; if(x) { int c; return a; } return; }
