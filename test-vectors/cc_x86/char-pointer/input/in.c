char* s;
int f(char* p, int* q, char** v) { p[0] = s[1]; q[1] = p[q[2]]; v[3] = p; s = v[1]; return v[0][1]; }
