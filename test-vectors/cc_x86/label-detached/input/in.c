int f() { :
 f(); 5: }
