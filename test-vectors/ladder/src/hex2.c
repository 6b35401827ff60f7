/* hex2: `hex2 --architecture x86 --little-endian --base-address N -f FILE... -o OUTPUT` links hex2
 * texts to a program. It is hex2-0 with options and several texts, and it looks whether a distance
 * fits. */

/* Labels: where each name is, how long it is, and its address. */
char** names;
int* lengths;
int* addresses;
int labels;

char* out;
int out_length;
int base;

/* 1 while labels are collected, 2 when all are known. */
int pass;

int ends_name(int c)
{
	return (' ' == c) | ('\t' == c) | ('\n' == c) | ('>' == c) | (0 == c);
}

int name_length(char* text)
{
	int length;
	length = 0;
	while(0 == ends_name(text[length])) length = length + 1;
	return length;
}

int add_label(char* name, int length)
{
	if(2 == pass) return 0;
	if(10000 == labels) fail("hex2: too many labels", "");
	names[labels] = name;
	lengths[labels] = length;
	addresses[labels] = base + out_length;
	labels = labels + 1;
	return 0;
}

/* The address of a label; the last one of a name counts. */
int find(char* name)
{
	int label;
	int length;
	int at;
	char* other;
	if(1 == pass) return 0;
	length = name_length(name);
	label = labels;
	while(0 < label)
	{
		label = label - 1;
		if(length == lengths[label])
		{
			other = names[label];
			at = 0;
			while(other[at] == name[at])
			{
				at = at + 1;
				if(at == length) return addresses[label];
			}
		}
	}
	name[length] = 0;
	return fail("hex2: undefined label: ", name);
}

/* Returns how many characters the pointer has. */
int pointer(char* text)
{
	int size;
	int absolute;
	int value;
	int from;
	int length;
	size = 4;
	if('!' == text[0]) size = 1;
	else if(('@' == text[0]) | ('$' == text[0])) size = 2;
	absolute = ('$' == text[0]) | ('&' == text[0]);
	length = 1 + name_length(text + 1);
	value = find(text + 1);
	from = base + out_length + size;
	if('>' == text[length])
	{
		from = find(text + length + 1);
		length = length + 1;
		length = length + name_length(text + length);
	}
	if(0 == absolute) value = value - from;
	if((1 == size) & (2 == pass))
	{
		if((value < -128) | (value > 127)) fail("hex2: too far for a byte", "");
	}
	while(0 < size)
	{
		out[out_length] = value;
		value = value >> 8;
		out_length = out_length + 1;
		size = size - 1;
	}
	return length;
}

/* The value of a hexadecimal digit, or -1. */
int digit_of(int c)
{
	if(('0' <= c) & (c <= '9')) return c - '0';
	c = c & 223; /* upper case */
	if(('A' <= c) & (c <= 'F')) return c - 'A' + 10;
	return -1;
}

int assemble(char* text, int end)
{
	int at;
	int c;
	int digits;
	int byte;
	at = 0;
	digits = 0;
	byte = 0;
	while(at < end)
	{
		c = text[at];
		if(('#' == c) | (';' == c))
		{
			while((at < end) & ('\n' != text[at])) at = at + 1;
		}
		else if(':' == c)
		{
			add_label(text + at + 1, name_length(text + at + 1));
			at = at + 1 + name_length(text + at + 1);
		}
		else if(('!' == c) | ('@' == c) | ('%' == c) | ('$' == c) | ('&' == c))
		{
			at = at + pointer(text + at);
		}
		else
		{
			if(0 <= digit_of(c))
			{
				byte = byte * 16 + digit_of(c);
				digits = digits + 1;
				if(2 == digits)
				{
					out[out_length] = byte;
					out_length = out_length + 1;
					digits = 0;
					byte = 0;
				}
			}
			at = at + 1;
		}
	}
	return 0;
}

/* 0x and hexadecimal digits. */
int address_of(char* text)
{
	int at;
	int value;
	if(('0' != text[0]) | ('x' != text[1])) fail("hex2: not an address: ", text);
	value = 0;
	at = 2;
	while(0 != text[at])
	{
		if(digit_of(text[at]) < 0) fail("hex2: not an address: ", text);
		value = value * 16 + digit_of(text[at]);
		at = at + 1;
	}
	return value;
}

int main(int argc, char** argv)
{
	int at;
	int files;
	char* output;
	char** texts;
	int* ends;
	out = allocate(1048576);
	names = allocate(40000);
	lengths = allocate(40000);
	addresses = allocate(40000);
	texts = allocate(argc * 4);
	ends = allocate(argc * 4);
	output = 0;
	files = 0;
	at = 1;
	while(at < argc)
	{
		if(equal(argv[at], "-f") | equal(argv[at], "--file"))
		{
			at = at + 1;
			texts[files] = read_file(argv[at]);
			ends[files] = file_length;
			files = files + 1;
		}
		else if(equal(argv[at], "-o") | equal(argv[at], "--output"))
		{
			at = at + 1;
			output = argv[at];
		}
		else if(equal(argv[at], "--base-address"))
		{
			at = at + 1;
			base = address_of(argv[at]);
		}
		else if(equal(argv[at], "--architecture"))
		{
			at = at + 1;
			if(0 == equal(argv[at], "x86")) fail("hex2: not for ", argv[at]);
		}
		else if(0 == equal(argv[at], "--little-endian")) fail("hex2: unknown option ", argv[at]);
		at = at + 1;
	}
	if(0 == output) fail("hex2: an output is wanted", "");
	pass = 1;
	while(pass < 3)
	{
		out_length = 0;
		at = 0;
		while(at < files)
		{
			assemble(texts[at], ends[at]);
			at = at + 1;
		}
		pass = pass + 1;
	}
	write_file(output, 488, out, out_length); /* mode 0750 */
	return 0;
}
