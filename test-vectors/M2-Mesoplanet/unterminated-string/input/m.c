char* a = "b;
