/* replace: `replace --file INPUT --output OUTPUT --match-on OLD --replace-with NEW` copies a text
 * with NEW for each OLD. */

/* Is the word at the start of the text? */
int begins_with(char* text, char* word)
{
	int at;
	at = 0;
	while(0 != word[at])
	{
		if(text[at] != word[at]) return 0;
		at = at + 1;
	}
	return 1;
}

int main(int argc, char** argv)
{
	int at;
	int from;
	int length;
	char* input;
	char* output;
	char* old;
	char* new;
	char* text;
	char* result;
	input = 0;
	output = 0;
	old = 0;
	new = 0;
	at = 1;
	while(at + 1 < argc)
	{
		if(equal(argv[at], "--file")) input = argv[at + 1];
		else if(equal(argv[at], "--output")) output = argv[at + 1];
		else if(equal(argv[at], "--match-on")) old = argv[at + 1];
		else if(equal(argv[at], "--replace-with")) new = argv[at + 1];
		else fail("replace: unknown option ", argv[at]);
		at = at + 2;
	}
	if((0 == input) | (0 == output)) fail("replace: a file is missing", "");
	if((0 == old) | (0 == new)) fail("replace: a text is missing", "");
	if(0 == old[0]) fail("replace: nothing cannot be replaced", "");
	text = read_file(input);
	/* At the worst each character is replaced. */
	result = allocate(file_length * (1 + length_of(new)) + 1);
	from = 0;
	length = 0;
	while(from < file_length)
	{
		if(begins_with(text + from, old))
		{
			at = 0;
			while(0 != new[at])
			{
				result[length] = new[at];
				length = length + 1;
				at = at + 1;
			}
			from = from + length_of(old);
		}
		else
		{
			result[length] = text[from];
			length = length + 1;
			from = from + 1;
		}
	}
	return write_file(output, 384, result, length); /* mode 0600 */
}
