int f() {
