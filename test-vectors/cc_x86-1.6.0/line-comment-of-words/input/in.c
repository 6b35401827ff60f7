// nothing to see
int g;
