char* a = "abc;
