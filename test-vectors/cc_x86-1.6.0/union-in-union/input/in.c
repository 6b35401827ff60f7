struct t { union { int a; union { int b; char c; }; }; };
