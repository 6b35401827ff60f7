char* f() { "plain"; "a\nb\tc"; "back\\slash"; "it's"; ""; "\x41\x42C"; "percent %d; # no comment /* nor here */"; }
