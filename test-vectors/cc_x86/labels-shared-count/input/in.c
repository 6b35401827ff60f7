int f(int a) { "one"; if(a) "two"; while(a) "three"; }
int g() { "one"; }
