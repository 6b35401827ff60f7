int a;
float b;
