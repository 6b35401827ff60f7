int f(int n) {
	while(n > 0) n = n - 1;
	do { n = n + 1; } while(n < 5);
	for(n = 0; n < 3; n = n + 1) { f(n); }
	for(; n; n = 0) f(1);
}
