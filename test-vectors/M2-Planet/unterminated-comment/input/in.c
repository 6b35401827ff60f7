int a;
/* abc
