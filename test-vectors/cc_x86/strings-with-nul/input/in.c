char* f() { "a\x00b"; "\x00:"; "after"; }
