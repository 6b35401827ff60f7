int f() { goto end; start: f(); end: goto start; }
