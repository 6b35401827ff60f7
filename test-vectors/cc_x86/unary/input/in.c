int f(int a) { a = - 1; a = !a; a = !!a; a = ~a; a = - - a; a = !-a; return ~ -a; }
