char* f() { "say \"hi\""; "a\rb"; "\xff"; "café"; "x :y"; "x\n:y"; ":at the start"; "	:"; }
