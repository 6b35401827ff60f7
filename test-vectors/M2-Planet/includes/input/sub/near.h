char* near = "n";
