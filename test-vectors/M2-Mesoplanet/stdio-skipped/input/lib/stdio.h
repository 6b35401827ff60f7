int puts(char* text);
