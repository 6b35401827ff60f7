enum { RED };
