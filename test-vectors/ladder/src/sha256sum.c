/* sha256sum: `sha256sum FILE...` prints the SHA-256 digest of each file, `sha256sum -c LIST` checks
 * those in a list. FIPS 180-4 is where the names and constants are from.
 *
 * A shift to the right brings the sign in from the left here, so that it has to be masked out. */

int* constants;
int* state;
int* schedule;

int rotate(int word, int by)
{
	return ((word >> by) & ((1 << (32 - by)) - 1)) | (word << (32 - by));
}

int shift(int word, int by)
{
	return (word >> by) & ((1 << (32 - by)) - 1);
}

int four_constants(int at, int a, int b, int c, int d)
{
	constants[at] = a;
	constants[at + 1] = b;
	constants[at + 2] = c;
	constants[at + 3] = d;
	return 0;
}

int start()
{
	constants = allocate(256);
	state = allocate(32);
	schedule = allocate(256);
	four_constants(0, 0x428A2F98, 0x71374491, 0xB5C0FBCF, 0xE9B5DBA5);
	four_constants(4, 0x3956C25B, 0x59F111F1, 0x923F82A4, 0xAB1C5ED5);
	four_constants(8, 0xD807AA98, 0x12835B01, 0x243185BE, 0x550C7DC3);
	four_constants(12, 0x72BE5D74, 0x80DEB1FE, 0x9BDC06A7, 0xC19BF174);
	four_constants(16, 0xE49B69C1, 0xEFBE4786, 0x0FC19DC6, 0x240CA1CC);
	four_constants(20, 0x2DE92C6F, 0x4A7484AA, 0x5CB0A9DC, 0x76F988DA);
	four_constants(24, 0x983E5152, 0xA831C66D, 0xB00327C8, 0xBF597FC7);
	four_constants(28, 0xC6E00BF3, 0xD5A79147, 0x06CA6351, 0x14292967);
	four_constants(32, 0x27B70A85, 0x2E1B2138, 0x4D2C6DFC, 0x53380D13);
	four_constants(36, 0x650A7354, 0x766A0ABB, 0x81C2C92E, 0x92722C85);
	four_constants(40, 0xA2BFE8A1, 0xA81A664B, 0xC24B8B70, 0xC76C51A3);
	four_constants(44, 0xD192E819, 0xD6990624, 0xF40E3585, 0x106AA070);
	four_constants(48, 0x19A4C116, 0x1E376C08, 0x2748774C, 0x34B0BCB5);
	four_constants(52, 0x391C0CB3, 0x4ED8AA4A, 0x5B9CCA4F, 0x682E6FF3);
	four_constants(56, 0x748F82EE, 0x78A5636F, 0x84C87814, 0x8CC70208);
	four_constants(60, 0x90BEFFFA, 0xA4506CEB, 0xBEF9A3F7, 0xC67178F2);
	return 0;
}

/* The 16 words of a block, and 48 that follow from them. */
int make_schedule(char* block)
{
	int at;
	int a;
	int b;
	at = 0;
	while(at < 16)
	{
		a = ((block[at * 4] & 255) << 24) | ((block[at * 4 + 1] & 255) << 16);
		b = ((block[at * 4 + 2] & 255) << 8) | (block[at * 4 + 3] & 255);
		schedule[at] = a | b;
		at = at + 1;
	}
	while(at < 64)
	{
		a = schedule[at - 15];
		a = rotate(a, 7) ^ rotate(a, 18) ^ shift(a, 3);
		b = schedule[at - 2];
		b = rotate(b, 17) ^ rotate(b, 19) ^ shift(b, 10);
		schedule[at] = schedule[at - 16] + a + schedule[at - 7] + b;
		at = at + 1;
	}
	return 0;
}

int add_block(char* block)
{
	int a;
	int b;
	int c;
	int d;
	int e;
	int f;
	int g;
	int h;
	int first;
	int second;
	int round;
	make_schedule(block);
	a = state[0];
	b = state[1];
	c = state[2];
	d = state[3];
	e = state[4];
	f = state[5];
	g = state[6];
	h = state[7];
	round = 0;
	while(round < 64)
	{
		first = rotate(e, 6) ^ rotate(e, 11) ^ rotate(e, 25);
		first = first + h + ((e & f) ^ ((~e) & g)) + constants[round] + schedule[round];
		second = rotate(a, 2) ^ rotate(a, 13) ^ rotate(a, 22);
		second = second + ((a & b) ^ (a & c) ^ (b & c));
		h = g;
		g = f;
		f = e;
		e = d + first;
		d = c;
		c = b;
		b = a;
		a = first + second;
		round = round + 1;
	}
	state[0] = state[0] + a;
	state[1] = state[1] + b;
	state[2] = state[2] + c;
	state[3] = state[3] + d;
	state[4] = state[4] + e;
	state[5] = state[5] + f;
	state[6] = state[6] + g;
	state[7] = state[7] + h;
	return 0;
}

/* The digest of a file as 64 digits. */
char* digest_of(char* name)
{
	int at;
	int length;
	int whole;
	int digit;
	char* bytes;
	char* last;
	char* digits;
	bytes = read_file(name);
	length = file_length;
	state[0] = 0x6A09E667;
	state[1] = 0xBB67AE85;
	state[2] = 0x3C6EF372;
	state[3] = 0xA54FF53A;
	state[4] = 0x510E527F;
	state[5] = 0x9B05688C;
	state[6] = 0x1F83D9AB;
	state[7] = 0x5BE0CD19;
	whole = 0;
	while(whole + 64 <= length)
	{
		add_block(bytes + whole);
		whole = whole + 64;
	}
	/* What is left, a bit that is set, zeros, and the length in bits: one block or two. */
	last = allocate(128);
	at = 0;
	while(whole + at < length)
	{
		last[at] = bytes[whole + at];
		at = at + 1;
	}
	last[at] = 128;
	whole = 64;
	if(at > 55) whole = 128;
	last[whole - 5] = shift(length, 29);
	last[whole - 4] = shift(length, 21);
	last[whole - 3] = shift(length, 13);
	last[whole - 2] = shift(length, 5);
	last[whole - 1] = length << 3;
	add_block(last);
	if(128 == whole) add_block(last + 64);
	digits = allocate(65);
	at = 0;
	while(at < 64)
	{
		digit = (state[at >> 3] >> (28 - ((at & 7) << 2))) & 15;
		if(digit < 10) digits[at] = '0' + digit;
		else digits[at] = 'a' + digit - 10;
		at = at + 1;
	}
	return digits;
}

int say(char* text)
{
	return write(1, text, length_of(text));
}

/* Each line of a list is a digest, two blanks, and the name of a file. */
int check(char* list)
{
	int status;
	int at;
	int end;
	int length;
	char* lines;
	char* digest;
	lines = read_file(list);
	length = file_length;
	status = 0;
	at = 0;
	while(at < length)
	{
		end = at + 66;
		while(('\n' != lines[end]) & (end < length)) end = end + 1;
		if(end > length) fail("sha256sum: not a list of digests: ", list);
		lines[at + 64] = 0;
		lines[end] = 0;
		digest = digest_of(lines + at + 66);
		say(lines + at + 66);
		if(equal(digest, lines + at)) say(": OK\n");
		else
		{
			say(": FAILED\nWanted:   ");
			say(lines + at);
			say("\nReceived: ");
			say(digest);
			say("\n");
			status = 1;
		}
		at = end + 1;
	}
	return status;
}

int main(int argc, char** argv)
{
	int at;
	start();
	if(3 == argc)
	{
		if(equal(argv[1], "-c")) return check(argv[2]);
	}
	at = 1;
	while(at < argc)
	{
		say(digest_of(argv[at]));
		say("  ");
		say(argv[at]);
		say("\n");
		at = at + 1;
	}
	return 0;
}
