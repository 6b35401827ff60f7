char a = 200;
