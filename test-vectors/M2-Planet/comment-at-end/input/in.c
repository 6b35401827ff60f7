int a;
// end