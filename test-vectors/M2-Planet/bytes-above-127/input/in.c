char* f() { /* é */ return "é"; }
