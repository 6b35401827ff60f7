int a;
#error no such luck
