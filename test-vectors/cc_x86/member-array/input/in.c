struct s { char a[12]; int b[0x1F]; char* c[2]; char** d[3]; int e[1a]; int f[0x:]; int g; };
int f(struct s* p) { p->b; p->c; p->d; p->e; p->f; p->g = sizeof(struct s); }
