int one() { return 1; }
void nothing() { }
int both() { if(1) { return 2; } }
void plain() return;
