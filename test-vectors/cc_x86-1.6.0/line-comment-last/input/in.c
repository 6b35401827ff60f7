int g;
//