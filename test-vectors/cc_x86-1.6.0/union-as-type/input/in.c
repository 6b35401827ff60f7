union u { int a; };
