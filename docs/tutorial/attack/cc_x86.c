/* SPDX-License-Identifier: GPL-3.0-or-later */
/* cc_x86: a C compiler that can compile itself. `cc_x86 SOURCE OUTPUT` reads a program in C and
 * writes it in M1, the assembly of chapter 4. It does what upstream's cc_x86 does, byte for byte,
 * for programs without structures, enumerations, `for`, `do` and `goto`: these it refuses.
 *
 * One pass: each function below reads a piece of the program, from the token that is looked at on,
 * and writes its code. A value is always left in eax; what has to be kept is pushed on the stack.
 * io.c of the ladder is put before this file. */

/* The source, and the place of the character that is read next. */
char* source;
int place;

/* The token that is looked at, and the one before it. At the end of the source it is empty. A
 * literal has its first quote. */
char* token;
char* before;

/* What is written: the code, the global variables and the strings. */
char* code;
char* globals;
char* strings;
int code_end;
int globals_end;
int strings_end;

/* 1 when the last piece of the code is a return. */
int returned;

/* The names that are known: what a name is, and where a variable is, from ebp on. */
char** names;
int* kinds;
int* depths;
int name_count;
int global_count;

/* The function that is compiled, its labels so far, and its variables. */
char* function;
int label_count;
int last_depth;
int local_count;

/* What `break` leaves: the label after the loop, empty where there is none, and the variables. */
int loop_label;
int loop_locals;

/* 1 when what has just been read is a char*, of which a part is one byte. */
int is_bytes;

int postfix();
int expression();
int statement();

/* --- messages --------------------------------------------------------------------------------- */

char* digits_of(int number)
{
	char* text;
	int at;
	int rest;
	text = allocate(13);
	rest = number;
	if(number < 0) rest = 0 - number;
	at = 11;
	text[at] = (rest % 10) + '0';
	rest = rest / 10;
	while(0 < rest)
	{
		at = at - 1;
		text[at] = (rest % 10) + '0';
		rest = rest / 10;
	}
	if(number < 0)
	{
		at = at - 1;
		text[at] = '-';
	}
	return text + at;
}

int wrong(char* what, char* name)
{
	int at;
	int line;
	char* digits;
	at = 0;
	line = 1;
	while(at < place)
	{
		if('\n' == source[at]) line = line + 1;
		at = at + 1;
	}
	digits = digits_of(line);
	write(2, "cc_x86: line ", 13);
	write(2, digits, length_of(digits));
	write(2, ": ", 2);
	return fail(what, name);
}

/* --- output ----------------------------------------------------------------------------------- */

/* Copies a text to a place, and gives its length. */
int put(char* to, char* text)
{
	int at;
	at = 0;
	while(0 != text[at])
	{
		to[at] = text[at];
		at = at + 1;
	}
	return at;
}

int emit(char* text)
{
	if(code_end + length_of(text) > 1000000) wrong("too much code", "");
	code_end = code_end + put(code + code_end, text);
	returned = 0;
	return 0;
}

int emit_number(int number)
{
	return emit(digits_of(number));
}

/* A label: its kind, the function, and the label's number in it. */
int emit_label(char* kind, int number)
{
	emit(kind);
	emit(function);
	emit("_");
	return emit_number(number);
}

int emit_line(char* kind, int number)
{
	emit_label(kind, number);
	return emit("\n");
}

/* Where a label is: a colon before it. */
int emit_place(char* kind, int number)
{
	emit(":");
	return emit_line(kind, number);
}

int emit_times(int count, char* text)
{
	while(0 < count)
	{
		emit(text);
		count = count - 1;
	}
	return 0;
}

int new_label()
{
	label_count = label_count + 1;
	return label_count - 1;
}

/* --- tokens ----------------------------------------------------------------------------------- */

/* 1 for a blank, 2 for what words are made of, 3 for what goes together in <=, && and ->. */
int kind_of(int c)
{
	if((' ' == c) | ('\t' == c) | ('\n' == c)) return 1;
	if(('a' <= c) & (c <= 'z')) return 2;
	if(('A' <= c) & (c <= 'Z')) return 2;
	if(('0' <= c) & (c <= '9')) return 2;
	if('_' == c) return 2;
	if(('<' == c) | ('=' == c) | ('>' == c) | ('|' == c)) return 3;
	if(('&' == c) | ('!' == c) | ('-' == c)) return 3;
	return 0;
}

/* The rest of a line. */
int skip_line()
{
	while(('\n' != source[place]) & (0 != source[place])) place = place + 1;
	return 0;
}

int skip_comment()
{
	place = place + 3;
	while(('*' != source[place - 1]) | ('/' != source[place]))
	{
		if(0 == source[place]) wrong("a comment that never ends", "");
		place = place + 1;
	}
	place = place + 1;
	return 0;
}

/* Blanks and comments. */
int skip()
{
	int going;
	going = 1;
	while(going)
	{
		if(1 == kind_of(source[place])) place = place + 1;
		else if('#' == source[place]) skip_line();
		else if(('/' == source[place]) & ('/' == source[place + 1])) skip_line();
		else if(('/' == source[place]) & ('*' == source[place + 1])) skip_comment();
		else going = 0;
	}
	return 0;
}

/* To the quote that ends a literal. */
int skip_literal(int quote)
{
	place = place + 1;
	while(quote != source[place])
	{
		if('\\' == source[place]) place = place + 1;
		if(0 == source[place]) wrong("a literal that never ends", "");
		place = place + 1;
	}
	return 0;
}

/* Looks at the next token. */
int advance()
{
	int start;
	int kind;
	int at;
	int quoted;
	skip();
	start = place;
	kind = kind_of(source[place]);
	quoted = ('"' == source[place]) | ('\'' == source[place]);
	if(quoted) skip_literal(source[place]);
	else if(1 < kind)
	{
		while(kind == kind_of(source[place])) place = place + 1;
	}
	else if(0 != source[place]) place = place + 1;
	before = token;
	token = allocate(place - start + 1);
	at = 0;
	while(start + at < place)
	{
		token[at] = source[start + at];
		at = at + 1;
	}
	if(quoted) place = place + 1;
	return 0;
}

int is(char* word)
{
	return equal(token, word);
}

int expect(char* word)
{
	char* what;
	if(is(word)) return advance();
	what = allocate(length_of(word) + 32);
	put(what + put(what, word), " is expected, and not ");
	return wrong(what, token);
}

/* The name that is looked at. */
char* take_name()
{
	char* name;
	name = token;
	if(2 != kind_of(name[0])) wrong("a name is expected, and not ", name);
	advance();
	return name;
}

/* --- names ------------------------------------------------------------------------------------ */

/* Kinds: 0 a variable, 1 a variable that is a char*, 2 a function. */
int declare(char* name, int kind, int depth)
{
	if(4000 == name_count) wrong("too many names: ", name);
	names[name_count] = name;
	kinds[name_count] = kind;
	depths[name_count] = depth;
	name_count = name_count + 1;
	return 0;
}

/* The last one of this name counts; -1 when there is none. */
int find(char* name)
{
	int at;
	at = name_count - 1;
	while(0 <= at)
	{
		if(equal(names[at], name)) return at;
		at = at - 1;
	}
	return at;
}

int is_type()
{
	return is("int") | is("char") | is("void");
}

/* type = ( "int" | "char" | "void" ) { "*" }; 1 for char*, which is read byte by byte. */
int type()
{
	int stars;
	int of_char;
	of_char = is("char");
	if(0 == is_type()) wrong("a type is expected, and not ", token);
	advance();
	stars = 0;
	while(is("*"))
	{
		stars = stars + 1;
		advance();
	}
	return of_char & (1 == stars);
}

/* --- literals --------------------------------------------------------------------------------- */

/* The character or escape at a place of a literal. */
int character(char* literal, int at)
{
	int c;
	if('\\' != literal[at]) return literal[at];
	c = literal[at + 1];
	if('n' == c) return '\n';
	if('t' == c) return '\t';
	if(('\\' == c) | ('"' == c) | ('\'' == c)) return c;
	return wrong("an escape that is not known in ", literal);
}

int after(char* literal, int at)
{
	if('\\' == literal[at]) return at + 2;
	return at + 1;
}

/* 1 when M1 could not read the string back: it has a quote, or a colon where a label may begin. */
int is_odd(char* literal)
{
	int at;
	int c;
	int before;
	at = 1;
	before = 0;
	while(0 != literal[at])
	{
		c = character(literal, at);
		if('"' == c) return 1;
		if((':' == literal[at]) & ((1 == kind_of(before)) | ('S' == before))) return 1;
		if((':' == literal[at]) & (('Q' == before) | ('R' == before))) return 1;
		before = c;
		at = after(literal, at);
	}
	return 0;
}

int hexadecimal(int digit)
{
	if(digit < 10) return '0' + digit;
	return 'A' + digit - 10;
}

/* A string as M1 has it: in quotes, or where that cannot be, in hexadecimal with a 0 after it. */
char* encoded(char* literal)
{
	char* text;
	int odd;
	int at;
	int end;
	int c;
	odd = is_odd(literal);
	text = allocate(3 * length_of(literal) + 9);
	text[0] = '"';
	if(odd) text[0] = '\'';
	at = 1;
	end = 1;
	while(0 != literal[at])
	{
		c = character(literal, at);
		if((127 == c) | ((c < ' ') & ('\n' != c) & ('\t' != c))) wrong("an odd byte in ", literal);
		if(odd)
		{
			text[end] = ' ';
			text[end + 1] = hexadecimal(c >> 4);
			text[end + 2] = hexadecimal(c & 15);
			end = end + 3;
		}
		else
		{
			text[end] = c;
			end = end + 1;
		}
		at = after(literal, at);
	}
	if(odd) end = end + put(text + end, " 00'\n");
	else end = end + put(text + end, "\"\n");
	if((511 < end) | ((255 < end) & (0 == odd))) wrong("a string that is too long: ", literal);
	return text;
}

int add_string(char* text)
{
	if(strings_end + length_of(text) > 1000000) wrong("too many strings", "");
	strings_end = strings_end + put(strings + strings_end, text);
	return 0;
}

int string()
{
	int label;
	label = new_label();
	emit_line("mov_eax, &STRING_", label);
	add_string(":STRING_");
	add_string(function);
	add_string("_");
	add_string(digits_of(label));
	add_string("\n");
	add_string(encoded(token));
	return advance();
}

/* --- expressions ------------------------------------------------------------------------------ */

/* A value is kept while another one is worked out; then the first is in ebx, the other in eax. */
int keep()
{
	emit("push_eax\t#_common_recursion\n");
	return advance();
}

int kept()
{
	return emit("pop_ebx\t# _common_recursion\n");
}

/* call = "(" [ expression { "," expression } ] ")"; arguments are pushed, the first one first. */
int call(char* name)
{
	int passed;
	expect("(");
	emit("push_edi\t# Prevent overwriting in recursion\n");
	emit("push_ebp\t# Protect the old base pointer\n");
	emit("mov_edi,esp\t# Copy new base pointer\n");
	passed = 0;
	if(0 == is(")"))
	{
		expression();
		emit("push_eax\t#_process_expression1\n");
		passed = 1;
		while(is(","))
		{
			advance();
			expression();
			emit("push_eax\t#_process_expression2\n");
			passed = passed + 1;
		}
	}
	expect(")");
	emit("mov_ebp,edi\ncall %FUNCTION_");
	emit(name);
	emit("\n");
	emit_times(passed, "pop_ebx\t# _process_expression_locals\n");
	return emit("pop_ebp\t# Restore old base pointer\npop_edi\t# Prevent overwrite\n");
}

/* The value of a name: of what is to be stored to, its address. */
int name_value()
{
	int at;
	char* name;
	name = take_name();
	at = find(name);
	if(at < 0) wrong("nobody has declared ", name);
	if(2 == kinds[at]) return call(name);
	is_bytes = kinds[at];
	if(at < global_count)
	{
		emit("mov_eax, &GLOBAL_");
		emit(name);
		emit("\n");
	}
	else
	{
		emit("lea_eax,[ebp+DWORD] %");
		emit_number(depths[at]);
		emit("\n");
	}
	if(0 == is("=")) emit("mov_eax,[eax]\n");
	return 0;
}

/* primary = ( "-" | "!" | "~" ) postfix | "(" expression ")" | literal | name [ call ] */
int primary()
{
	if(is("-"))
	{
		emit("mov_eax, %0\n");
		keep();
		postfix();
		kept();
		return emit("sub_ebx,eax\nmov_eax,ebx\n");
	}
	if(is("!"))
	{
		emit("mov_eax, %1\n");
		keep();
		postfix();
		kept();
		return emit("cmp_ebx,eax\nseta_al\nmovzx_eax,al\n");
	}
	if(is("~"))
	{
		keep();
		postfix();
		kept();
		return emit("not_eax\n");
	}
	if(is("("))
	{
		advance();
		expression();
		return expect(")");
	}
	if('"' == token[0]) return string();
	if('\'' == token[0])
	{
		emit("mov_eax, %");
		emit_number(character(token, 1));
		emit("\n");
		return advance();
	}
	if(('0' <= token[0]) & (token[0] <= '9'))
	{
		emit("mov_eax, %");
		emit(token);
		emit("\n");
		return advance();
	}
	return name_value();
}

/* postfix = primary { "[" expression "]" }; of what is to be stored to, the address stays. */
int postfix()
{
	int bytes;
	primary();
	while(is("["))
	{
		bytes = is_bytes;
		keep();
		expression();
		kept();
		if(0 == bytes) emit("sal_eax, !2\n");
		emit("add_eax,ebx\n");
		expect("]");
		is_bytes = bytes;
		if(0 == is("="))
		{
			if(bytes) emit("movsx_eax,BYTE_PTR_[eax]\n");
			else emit("mov_eax,[eax]\n");
		}
	}
	return 0;
}

/* The code of an operator of the level: 1 for + - * / % << >>, 2 for comparisons, 3 for & | ^. */
char* operation(int level)
{
	if(1 == level)
	{
		if(is("+")) return "add_eax,ebx\n";
		if(is("-")) return "sub_ebx,eax\nmov_eax,ebx\n";
		if(is("*")) return "mul_ebx\n";
		if(is("/")) return "xchg_ebx,eax\nmov_edx, %0\ndiv_ebx\n";
		if(is("%")) return "xchg_ebx,eax\nmov_edx, %0\ndiv_ebx\nmov_eax,edx\n";
		if(is("<<")) return "mov_ecx,eax\nmov_eax,ebx\nsal_eax,cl\n";
		if(is(">>")) return "mov_ecx,eax\nmov_eax,ebx\nsar_eax,cl\n";
		return 0;
	}
	if(2 == level)
	{
		if(is("<")) return "cmp_ebx,eax\nsetl_al\nmovzx_eax,al\n";
		if(is("<=")) return "cmp_ebx,eax\nsetle_al\nmovzx_eax,al\n";
		if(is(">=")) return "cmp_ebx,eax\nsetge_al\nmovzx_eax,al\n";
		if(is(">")) return "cmp_ebx,eax\nsetg_al\nmovzx_eax,al\n";
		if(is("==")) return "cmp_ebx,eax\nsete_al\nmovzx_eax,al\n";
		if(is("!=")) return "cmp_ebx,eax\nsetne_al\nmovzx_eax,al\n";
		return 0;
	}
	if(is("&") | is("&&")) return "and_eax,ebx\n";
	if(is("|") | is("||")) return "or_eax,ebx\n";
	if(is("^")) return "xor_eax,ebx\n";
	return 0;
}

/* binary = operand { operator operand }, of one level; an operand is of the level below. */
int binary(int level)
{
	char* instructions;
	if(0 == level) return postfix();
	binary(level - 1);
	instructions = operation(level);
	while(0 != instructions)
	{
		keep();
		binary(level - 1);
		kept();
		emit(instructions);
		instructions = operation(level);
	}
	return 0;
}

/* expression = binary [ "=" expression ]; of a char* one byte is stored. */
int expression()
{
	int bytes;
	binary(3);
	if(0 == is("=")) return 0;
	bytes = is_bytes & (']' == before[0]);
	keep();
	expression();
	kept();
	if(bytes) return emit("mov_[ebx],al\n");
	return emit("mov_[ebx],eax\n");
}

/* --- statements ------------------------------------------------------------------------------- */

/* A variable is a value on the stack. declaration = type name [ "=" expression ] ";" */
int declaration()
{
	int kind;
	char* name;
	kind = type();
	name = take_name();
	declare(name, kind, last_depth - 4);
	last_depth = last_depth - 4;
	local_count = local_count + 1;
	emit("# Defining local ");
	emit(name);
	emit("\n");
	if(is("="))
	{
		advance();
		expression();
	}
	expect(";");
	emit("push_eax\t#");
	emit(name);
	return emit("\n");
}

/* block = "{" { statement } "}" */
int block()
{
	int count;
	count = local_count;
	expect("{");
	while(0 == is("}")) statement();
	advance();
	if(0 == returned) emit_times(local_count - count, "pop_ebx\t# _recursive_statement_locals\n");
	name_count = name_count - (local_count - count);
	last_depth = last_depth + (4 * (local_count - count));
	local_count = count;
	return 0;
}

/* if = "if" "(" expression ")" statement [ "else" statement ] */
int if_statement()
{
	int label;
	label = new_label();
	emit_line("# IF_", label);
	expect("if");
	expect("(");
	expression();
	emit_line("test_eax,eax\nje %ELSE_", label);
	expect(")");
	statement();
	emit_line("jmp %_END_IF_", label);
	emit_place("ELSE_", label);
	if(is("else"))
	{
		advance();
		statement();
	}
	return emit_place("_END_IF_", label);
}

/* while = "while" "(" expression ")" statement */
int while_statement()
{
	int label;
	int outer_label;
	int outer_locals;
	label = new_label();
	outer_label = loop_label;
	outer_locals = loop_locals;
	loop_label = label;
	loop_locals = local_count;
	emit_place("WHILE_", label);
	expect("while");
	expect("(");
	expression();
	emit_line("test_eax,eax\nje %END_WHILE_", label);
	emit_line("# THEN_while_", label);
	expect(")");
	statement();
	emit_line("jmp %WHILE_", label);
	emit_place("END_WHILE_", label);
	loop_label = outer_label;
	loop_locals = outer_locals;
	return 0;
}

/* break = "break" ";" */
int break_statement()
{
	if(loop_label < 0) wrong("this is not in a loop: ", token);
	emit_times(local_count - loop_locals, "pop_ebx\t# break_cleanup_locals\n");
	advance();
	emit_line("jmp %END_WHILE_", loop_label);
	return expect(";");
}

/* return = "return" [ expression ] ";" */
int return_statement()
{
	advance();
	if(0 == is(";")) expression();
	expect(";");
	emit_times(local_count, "pop_ebx\t# _return_result_locals\n");
	emit("ret\n");
	returned = 1;
	return 0;
}

/* statement = block | if | while | break | return | declaration | expression ";" */
int statement()
{
	if(is("{")) return block();
	if(is("if")) return if_statement();
	if(is("while")) return while_statement();
	if(is("break")) return break_statement();
	if(is("return")) return return_statement();
	if(is_type()) return declaration();
	expression();
	return expect(";");
}

/* --- the program ------------------------------------------------------------------------------ */

/* parameters = "(" [ type name { "," type name } ] ")"; they are below ebp, the first at -4. */
int parameters()
{
	int kind;
	expect("(");
	last_depth = 0;
	while(0 == is(")"))
	{
		kind = type();
		last_depth = last_depth - 4;
		declare(take_name(), kind, last_depth);
		if(is(",")) advance();
	}
	return advance();
}

/* function = parameters ( ";" | block ) */
int define_function(char* name)
{
	int known;
	declare(name, 2, 0);
	function = name;
	label_count = 0;
	local_count = 0;
	loop_label = -1;
	global_count = name_count;
	parameters();
	/* The first variable is below the return address; in main it is below what is there already. */
	last_depth = last_depth - 4;
	if(equal(name, "main")) last_depth = -16;
	if(is(";")) advance();
	else
	{
		emit("# Defining function ");
		emit(name);
		emit("\n:FUNCTION_");
		emit(name);
		emit("\n");
		statement();
		if(0 == returned) emit("ret\n");
	}
	name_count = global_count;
	return 0;
}

int add_global(char* text)
{
	if(globals_end + length_of(text) > 1000000) wrong("too many variables", "");
	globals_end = globals_end + put(globals + globals_end, text);
	return 0;
}

/* program = { type name ( ";" | function ) } */
int program()
{
	int kind;
	char* name;
	advance();
	while(0 != token[0])
	{
		kind = type();
		name = take_name();
		if(is("(")) define_function(name);
		else
		{
			expect(";");
			declare(name, kind, 0);
			add_global(":GLOBAL_");
			add_global(name);
			add_global("\nNULL\n");
		}
	}
	return 0;
}

int main(int argc, char** argv)
{
	char* whole;
	int length;
	if(3 != argc) fail("cc_x86: a source and an output are wanted", "");
	source = read_file(argv[1]);
	code = allocate(1000004);
	globals = allocate(1000004);
	strings = allocate(1000004);
	names = allocate(16000);
	kinds = allocate(16000);
	depths = allocate(16000);
	program();
	whole = allocate(code_end + globals_end + strings_end + 128);
	length = put(whole, "\n# Core program\n");
	length = length + put(whole + length, code);
	length = length + put(whole + length, "\n# Program global variables\n");
	length = length + put(whole + length, globals);
	length = length + put(whole + length, "\n# Program strings\n");
	length = length + put(whole + length, strings);
	length = length + put(whole + length, "\n:ELF_end\n");
	return write_file(argv[2], 384, whole, length);
}
