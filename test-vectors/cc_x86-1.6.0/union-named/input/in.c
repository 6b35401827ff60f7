struct t { union u { int a; }; };
