int a; // ü
/* ü */ char* f() { return "ü"; }
ü int b;
