char* f()
{
	f("plain\ttab\n", "it's", "");
	f("quote\"", "\x7F", "\x80\377", "a :b", "\r", "nul\0x", "\101\e\a\?");
	f("one" " two" "\n");
	return "last";
}
