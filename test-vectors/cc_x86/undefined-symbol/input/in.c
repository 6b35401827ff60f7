int f() { return missing; }
