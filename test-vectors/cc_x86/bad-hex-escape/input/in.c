char* f() { return "\xG0"; }
