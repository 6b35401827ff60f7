/* ungz: `ungz --file INPUT --output OUTPUT` unpacks gzip. RFC 1952 has the format, RFC 1951 what is
 * in it: blocks that are stored, or coded with codes that are fixed or come with the block. */

char* in;
int in_length;
int in_at;

/* Bits of the byte before in_at that are still to be used, and how many. */
int bits;
int bit_count;

char* out;
int out_length;
int out_room;

int next_byte()
{
	if(in_at >= in_length) fail("ungz: the data ends too early", "");
	in_at = in_at + 1;
	return in[in_at - 1] & 255;
}

/* A number of so many bits, the lowest first. */
int take(int wanted)
{
	int value;
	int at;
	value = 0;
	at = 0;
	while(at < wanted)
	{
		if(0 == bit_count)
		{
			bits = next_byte();
			bit_count = 8;
		}
		value = value | ((bits & 1) << at);
		bits = bits >> 1;
		bit_count = bit_count - 1;
		at = at + 1;
	}
	return value;
}

int put(int byte)
{
	if(out_length == out_room) fail("ungz: more comes out than the trailer says", "");
	out[out_length] = byte;
	out_length = out_length + 1;
	return 0;
}

/* A code: how many symbols have each length, and the symbols in order of their codes. */
struct code
{
	int* counts;
	int* symbols;
};

struct code* new_code()
{
	struct code* c;
	c = allocate(8);
	c->counts = allocate(64);
	c->symbols = allocate(1280);
	return c;
}

/* The lengths say it all: codes are numbers that go up, in order of length and then of symbol. */
int make_code(struct code* c, int* lengths, int symbols)
{
	int length;
	int symbol;
	int at;
	int* counts;
	int* sorted;
	counts = c->counts;
	sorted = c->symbols;
	length = 0;
	at = 0;
	while(length < 16)
	{
		counts[length] = 0;
		symbol = 0;
		while(symbol < symbols)
		{
			if(length == lengths[symbol])
			{
				counts[length] = counts[length] + 1;
				if(0 < length)
				{
					sorted[at] = symbol;
					at = at + 1;
				}
			}
			symbol = symbol + 1;
		}
		length = length + 1;
	}
	return 0;
}

/* The next symbol: as long as the bits so far are not below the codes of this length, one more. */
int symbol_of(struct code* c)
{
	int length;
	int code;
	int first;
	int index;
	int* counts;
	int* sorted;
	counts = c->counts;
	sorted = c->symbols;
	code = 0;
	first = 0;
	index = 0;
	length = 1;
	while(length < 16)
	{
		code = code | take(1);
		if(code - first < counts[length]) return sorted[index + code - first];
		index = index + counts[length];
		first = (first + counts[length]) << 1;
		code = code << 1;
		length = length + 1;
	}
	return fail("ungz: no such code", "");
}

/* Lengths from 3 on and distances from 1 on: each code stands for a range of them, and so many bits
 * say which. Ranges double every four codes of lengths and every two of distances. */
int length_of_copy(int symbol)
{
	int extra;
	if(symbol < 265) return symbol - 254;
	if(285 == symbol) return 258;
	if(285 < symbol) fail("ungz: no such length", "");
	symbol = symbol - 261;
	extra = symbol >> 2;
	return 3 + ((4 + (symbol & 3)) << extra) + take(extra);
}

int distance_of_copy(int symbol)
{
	int extra;
	if(symbol < 4) return symbol + 1;
	if(29 < symbol) fail("ungz: no such distance", "");
	extra = (symbol >> 1) - 1;
	return 1 + ((2 + (symbol & 1)) << extra) + take(extra);
}

int coded_block(struct code* literals, struct code* distances)
{
	int symbol;
	int length;
	int distance;
	symbol = symbol_of(literals);
	while(256 != symbol)
	{
		if(symbol < 256) put(symbol);
		else
		{
			length = length_of_copy(symbol);
			distance = distance_of_copy(symbol_of(distances));
			if(distance > out_length) fail("ungz: a copy of what is before the start", "");
			while(0 < length)
			{
				put(out[out_length - distance]);
				length = length - 1;
			}
		}
		symbol = symbol_of(literals);
	}
	return 0;
}

int stored_block()
{
	int length;
	bit_count = 0;
	length = next_byte();
	length = length | (next_byte() << 8);
	next_byte(); /* the same once more, with all bits turned over */
	next_byte();
	while(0 < length)
	{
		put(next_byte());
		length = length - 1;
	}
	return 0;
}

int fixed_block()
{
	int at;
	int* lengths;
	struct code* literals;
	struct code* distances;
	lengths = allocate(1280);
	at = 0;
	while(at < 288)
	{
		if(at < 144) lengths[at] = 8;
		else if(at < 256) lengths[at] = 9;
		else if(at < 280) lengths[at] = 7;
		else lengths[at] = 8;
		at = at + 1;
	}
	literals = new_code();
	make_code(literals, lengths, 288);
	at = 0;
	while(at < 30)
	{
		lengths[at] = 5;
		at = at + 1;
	}
	distances = new_code();
	make_code(distances, lengths, 30);
	return coded_block(literals, distances);
}

/* The lengths of both codes are coded themselves, and the lengths of that code come in an order of
 * their own, those that are rarely needed last. */
int own_block()
{
	int literal_count;
	int distance_count;
	int count;
	int at;
	int symbol;
	int repeat;
	int previous;
	char* order;
	int* lengths;
	struct code* code;
	struct code* distances;
	literal_count = take(5) + 257;
	distance_count = take(5) + 1;
	count = take(4) + 4;
	order = "qrsaihjgkflemdncobp"; /* a is 0: 16 17 18 0 8 7 9 6 10 5 11 4 12 3 13 2 14 1 15 */
	lengths = allocate(1600);
	at = 0;
	while(at < count)
	{
		lengths[order[at] - 'a'] = take(3);
		at = at + 1;
	}
	code = new_code();
	make_code(code, lengths, 19);
	count = literal_count + distance_count;
	lengths = allocate(1600);
	at = 0;
	while(at < count)
	{
		symbol = symbol_of(code);
		if(symbol < 16)
		{
			lengths[at] = symbol;
			at = at + 1;
		}
		else
		{
			previous = 0;
			if(16 == symbol)
			{
				if(0 == at) fail("ungz: nothing to repeat", "");
				previous = lengths[at - 1];
				repeat = 3 + take(2);
			}
			else if(17 == symbol) repeat = 3 + take(3);
			else repeat = 11 + take(7);
			if(at + repeat > count) fail("ungz: too many lengths", "");
			while(0 < repeat)
			{
				lengths[at] = previous;
				at = at + 1;
				repeat = repeat - 1;
			}
		}
	}
	make_code(code, lengths, literal_count);
	distances = new_code();
	make_code(distances, lengths + (literal_count * 4), distance_count);
	return coded_block(code, distances);
}

/* CRC-32 of all that came out, bit by bit. */
int checksum()
{
	int at;
	int bit;
	int crc;
	crc = -1;
	at = 0;
	while(at < out_length)
	{
		crc = crc ^ (out[at] & 255);
		bit = 0;
		while(bit < 8)
		{
			/* The sign comes in from the left, so that it is masked out. */
			if(crc & 1) crc = ((crc >> 1) & 0x7FFFFFFF) ^ 0xEDB88320;
			else crc = (crc >> 1) & 0x7FFFFFFF;
			bit = bit + 1;
		}
		at = at + 1;
	}
	return ~crc;
}

/* Four bytes, lowest first. */
int word_at(int at)
{
	int low;
	int high;
	low = (in[at] & 255) | ((in[at + 1] & 255) << 8);
	high = (in[at + 2] & 255) | ((in[at + 3] & 255) << 8);
	return low | (high << 16);
}

/* Ten bytes, and what the flags say: more fields, a name and a comment that end with 0, and a
 * checksum. */
int skip_header()
{
	int flags;
	if(31 != next_byte()) fail("ungz: this is no gzip", "");
	if(139 != next_byte()) fail("ungz: this is no gzip", "");
	if(8 != next_byte()) fail("ungz: an unknown method", "");
	flags = next_byte();
	in_at = 10;
	if(flags & 4) in_at = in_at + 2 + (word_at(in_at) & 65535);
	if(flags & 8) while(0 != next_byte()) {}
	if(flags & 16) while(0 != next_byte()) {}
	if(flags & 2) in_at = in_at + 2;
	return 0;
}

int main(int argc, char** argv)
{
	int last;
	int kind;
	if(argc != 5) fail("ungz: --file INPUT --output OUTPUT is wanted", "");
	if(0 == equal(argv[1], "--file")) fail("ungz: unknown option ", argv[1]);
	if(0 == equal(argv[3], "--output")) fail("ungz: unknown option ", argv[3]);
	in = read_file(argv[2]);
	in_length = file_length;
	if(in_length < 18) fail("ungz: the data ends too early: ", argv[2]);
	out_room = word_at(in_length - 4);
	out = allocate(out_room + 1);
	skip_header();
	last = 0;
	while(0 == last)
	{
		last = take(1);
		kind = take(2);
		if(0 == kind) stored_block();
		else if(1 == kind) fixed_block();
		else if(2 == kind) own_block();
		else fail("ungz: no such kind of block", "");
	}
	if(in_at + 8 != in_length) fail("ungz: something follows: ", argv[2]);
	if(checksum() != word_at(in_at)) fail("ungz: the checksum is wrong: ", argv[2]);
	if(out_length != out_room) fail("ungz: the length is wrong: ", argv[2]);
	return write_file(argv[4], 384, out, out_length); /* mode 0600 */
}
