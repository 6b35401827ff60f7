struct t { union { int a; } int b; };
