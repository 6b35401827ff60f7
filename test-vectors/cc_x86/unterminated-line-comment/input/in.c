int a;
// b