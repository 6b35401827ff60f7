#if 0
x
