char* f() { "S: Q: R:"; "S:"; "Q:"; "R:"; "P: T: s:"; }
