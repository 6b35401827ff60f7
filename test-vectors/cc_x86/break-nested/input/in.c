int f(int n) {
	int a;
	while(n) { int b; for(;n;n) { int c; break; } do { break; } while(1); if(n) break; }
}
