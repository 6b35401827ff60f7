enum color { RED = 1 };
