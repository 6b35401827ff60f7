/* blood-elf: `blood-elf --little-endian -f FILE... -o OUTPUT` makes the footer of a program with
 * symbols: names of sections, section headers, a string table, and a symbol for each label of the
 * M1 texts. lib/x86/ELF-x86-debug.hex2 is the header that goes with it. */

char* out;
int out_length;
int labels;

/* Where each label's name is, and how long it is. */
char** names;
int* lengths;

int put(char* text)
{
	int at;
	at = 0;
	while(0 != text[at])
	{
		out[out_length] = text[at];
		out_length = out_length + 1;
		at = at + 1;
	}
	return 0;
}

int put_name(int label)
{
	int at;
	char* name;
	name = names[label];
	at = 0;
	while(at < lengths[label])
	{
		out[out_length] = name[at];
		out_length = out_length + 1;
		at = at + 1;
	}
	return 0;
}

int put_digit(int digit)
{
	if(digit < 10) out[out_length] = '0' + digit;
	else out[out_length] = 'A' + digit - 10;
	out_length = out_length + 1;
	return 0;
}

/* Four bytes in hexadecimal digits, lowest byte first. */
int put_number(int value)
{
	int at;
	put("'");
	at = 0;
	while(at < 4)
	{
		put_digit((value >> 4) & 15);
		put_digit(value & 15);
		value = value >> 8;
		at = at + 1;
	}
	put("'");
	return 0;
}

/* Does c end a name? */
int ends_name(int c)
{
	return (' ' == c) | ('\t' == c) | ('\n' == c) | ('>' == c) | (0 == c);
}

/* All labels of a text: what follows a colon that is in no comment and no string. */
int find_labels(char* text, int end)
{
	int at;
	int start;
	at = 0;
	while(at < end)
	{
		if(('#' == text[at]) | (';' == text[at]))
		{
			while((at < end) & ('\n' != text[at])) at = at + 1;
		}
		else if('"' == text[at])
		{
			at = at + 1;
			while((at < end) & ('"' != text[at])) at = at + 1;
		}
		else if(':' == text[at])
		{
			start = at + 1;
			at = at + 2;
			while(0 == ends_name(text[at])) at = at + 1;
			names[labels] = text + start;
			lengths[labels] = at - start;
			labels = labels + 1;
		}
		at = at + 1;
	}
	return 0;
}

int field(char* value, char* name)
{
	put(value);
	put("\t#");
	put(name);
	put("\n");
	return 0;
}

int put_sections()
{
	char* zero;
	char* one;
	zero = "'00000000'";
	one = "'01000000'";
	put("# Generated sections\n:ELF_shstr\n'00'\t# NULL\n");
	put(":ELF_shstr__text\n\".text\"\n:ELF_shstr__shstr\n\".shstrtab\"\n");
	put(":ELF_shstr__sym\n\".symtab\"\n:ELF_shstr__str\n\".strtab\"\n");
	put("\n:ELF_section_headers\n");
	field(zero, "sh_name");
	field(zero, "sh_type");
	field(zero, "sh_flags");
	field(zero, "sh_addr");
	field(zero, "sh_offset");
	field(zero, "sh_size");
	field(zero, "sh_link");
	field(zero, "sh_info");
	field(one, "sh_addralign");
	field(zero, "sh_entsize");
	put("\n:ELF_section_header_text\n");
	field("%ELF_shstr__text>ELF_shstr", "sh_name");
	field(one, "sh_type");
	field("'06000000'", "sh_flags");
	field("&ELF_text", "sh_addr");
	field("%ELF_text>ELF_base", "sh_offset");
	field("%ELF_data>ELF_text", "sh_size");
	field(zero, "sh_link");
	field(zero, "sh_info");
	field(one, "sh_addralign");
	field(zero, "sh_entsize");
	put("\n:ELF_section_header_shstr\n");
	field("%ELF_shstr__shstr>ELF_shstr", "sh_name");
	field("'03000000'", "sh_type");
	field(zero, "sh_flags");
	field("&ELF_shstr", "sh_addr");
	field("%ELF_shstr>ELF_base", "sh_offset");
	field("%ELF_section_headers>ELF_shstr", "sh_size");
	field(zero, "sh_link");
	field(zero, "sh_info");
	field(one, "sh_addralign");
	field(zero, "sh_entsize");
	put("\n:ELF_section_header_str\n");
	field("%ELF_shstr__str>ELF_shstr", "sh_name");
	field("'03000000'", "sh_type");
	field(zero, "sh_flags");
	field("&ELF_str", "sh_addr");
	field("%ELF_str>ELF_base", "sh_offset");
	field("%ELF_sym>ELF_str", "sh_size");
	field(zero, "sh_link");
	field(zero, "sh_info");
	field(one, "sh_addralign");
	field(zero, "sh_entsize");
	put("\n:ELF_section_header_sym\n");
	field("%ELF_shstr__sym>ELF_shstr", "sh_name");
	field("'02000000'", "sh_type");
	field(zero, "sh_flags");
	field("&ELF_sym", "sh_addr");
	field("%ELF_sym>ELF_base", "sh_offset");
	field("%ELF_end>ELF_sym", "sh_size");
	field("'03000000'", "sh_link");
	put_number(labels + 1);
	field("", "sh_info");
	field(one, "sh_addralign");
	field("'10000000'", "sh_entsize");
	return 0;
}

int put_strings()
{
	int label;
	put("\n# Generated string table\n:ELF_str\n'00'\t# NULL string\n");
	label = 0;
	while(label < labels)
	{
		put(":ELF_str_");
		put_name(label);
		put("\t\"");
		put_name(label);
		put("\"\n");
		label = label + 1;
	}
	put("# END Generated string table\n\n");
	return 0;
}

/* A name that begins with _ is hidden. */
int put_symbols()
{
	int label;
	char* name;
	put("\n# Generated symbol table\n:ELF_sym\n# Required NULL symbol entry\n");
	put("'00000000'\t# st_name\n'00000000'\t# st_value\n'00000000'\t# st_size\n");
	put("'00'\t# st_info\n'00'\t# st_other\n'0100'\t# st_shndx\n\n");
	label = 0;
	while(label < labels)
	{
		name = names[label];
		put("%ELF_str_");
		put_name(label);
		put(">ELF_str\t# st_name\n&");
		put_name(label);
		put("\t#st_value\n'00000000'\t# st_size (unknown size)\n'02'\t# st_info (FUNC)\n");
		if('_' == name[0]) put("'02'\t# st_other (hidden)\n");
		else put("'00'\t# st_other (default)\n");
		put("'0100'\t# st_shndx\n\n");
		label = label + 1;
	}
	put("# END Generated symbol table\n");
	return 0;
}

int main(int argc, char** argv)
{
	int at;
	char* output;
	char* text;
	out = allocate(1048576);
	names = allocate(40000);
	lengths = allocate(40000);
	output = 0;
	at = 1;
	while(at < argc)
	{
		if(equal(argv[at], "-f") | equal(argv[at], "--file"))
		{
			at = at + 1;
			text = read_file(argv[at]);
			find_labels(text, file_length);
		}
		else if(equal(argv[at], "-o") | equal(argv[at], "--output"))
		{
			at = at + 1;
			output = argv[at];
		}
		else if(0 == equal(argv[at], "--little-endian")) fail("blood-elf: unknown option ", argv[at]);
		at = at + 1;
	}
	if(0 == output) fail("blood-elf: an output is wanted", "");
	put_sections();
	put_strings();
	put_symbols();
	put("\n:ELF_end\n");
	return write_file(output, 384, out, out_length); /* mode 0600 */
}
