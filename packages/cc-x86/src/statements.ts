// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * Statements: tokens → code, one pass.
 *
 * Each function is headed by its production. A local is a value on the stack; a block pops its own
 * locals at its end, unless the code before its brace is a return.
 *
 * Behaviour defined by x86/cc_x86.M1 of stage0-posix 1.9.1 (statement and the process_ functions).
 */
import type { Compilation } from './compilation.ts';
import { compileExpression } from './expressions.ts';
import { parseTypeName } from './type-names.ts';

/** Statements that begin with a keyword. */
const KEYWORDS: ReadonlyMap<string, (c: Compilation) => void> = new Map([
  ['{', compileBlock],
  ['struct', compileLocalDeclaration],
  ['if', compileIfStatement],
  ['do', compileDoStatement],
  ['while', compileWhileStatement],
  ['for', compileForStatement],
  ['asm', compileAsmStatement],
  ['goto', compileGotoStatement],
  ['return', compileReturnStatement],
  ['break', compileBreakStatement],
  ['continue', compileContinueStatement],
]);

/**
 * statement = block | label | local-declaration | if | do | while | for | asm | goto | return
 *   | break | continue | expression ";"
 */
export function compileStatement(c: Compilation): void {
  const start = c.peek();
  const { text } = start;
  c.mark(start);
  const parse = KEYWORDS.get(text);
  if (parse !== undefined) parse(c);
  else if (text.startsWith(':')) {
    c.emit(`${text}\t#C goto label\n`);
    c.next();
  } else if (c.types.isPrimitive(text)) compileLocalDeclaration(c);
  else {
    compileExpression(c);
    c.expect(';');
  }
}

/** block = "{" { statement } "}" */
function compileBlock(c: Compilation): void {
  const { scope } = c;
  const outer = scope.localCount;
  c.expect('{');
  while (!c.is('}')) compileStatement(c);
  c.next();
  if (!c.endsInReturn) {
    c.emitTimes(scope.localCount - outer, 'pop_ebx\t# _recursive_statement_locals\n');
  }
  scope.leave(outer);
}

/**
 * local-declaration = type-name name [ "=" expression ] ";" ; the value is what the accumulator
 *     holds.
 */
function compileLocalDeclaration(c: Compilation): void {
  const type = parseTypeName(c);
  const name = c.next().text;
  c.scope.declareLocal(name, type);
  c.emit(`# Defining local ${name}\n`);
  if (c.is('=')) {
    c.next();
    compileExpression(c);
  }
  c.expect(';');
  c.emit(`push_eax\t#${name}\n`);
}

/** if = "if" "(" expression ")" statement [ "else" statement ] */
function compileIfStatement(c: Compilation): void {
  const keyword = c.peek();
  const label = c.newLabel();
  c.emit(`# IF_${label}\n`);
  c.expect('if');
  c.expect('(');
  compileExpression(c);
  c.mark(keyword);
  c.emit(`test_eax,eax\nje %ELSE_${label}\n`);
  c.expect(')');
  compileStatement(c);
  c.emit(`jmp %_END_IF_${label}\n:ELSE_${label}\n`);
  if (c.is('else')) {
    c.next();
    compileStatement(c);
  }
  c.emit(`:_END_IF_${label}\n`);
}

/** do = "do" statement "while" "(" expression ")" ";" */
function compileDoStatement(c: Compilation): void {
  const keyword = c.peek();
  const label = c.newLabel();
  inLoop(c, `DO_END_${label}`, () => {
    c.emit(`:DO_${label}\n`);
    c.expect('do');
    compileStatement(c);
    c.expect('while');
    c.expect('(');
    compileExpression(c);
    c.expect(')');
    c.expect(';');
    c.mark(keyword);
    c.emit(`test_eax,eax\njne %DO_${label}\n`);
  });
}

/** while = "while" "(" expression ")" statement */
function compileWhileStatement(c: Compilation): void {
  const keyword = c.peek();
  const label = c.newLabel();
  inLoop(c, `END_WHILE_${label}`, () => {
    c.emit(`:WHILE_${label}\n`);
    c.expect('while');
    c.expect('(');
    compileExpression(c);
    c.mark(keyword);
    c.emit(`test_eax,eax\nje %END_WHILE_${label}\n# THEN_while_${label}\n`);
    c.expect(')');
    compileStatement(c);
    c.mark(keyword);
    c.emit(`jmp %WHILE_${label}\n`);
  });
}

/** for = "for" "(" [ expression ] ";" expression ";" expression ")" statement */
function compileForStatement(c: Compilation): void {
  const keyword = c.peek();
  const label = c.newLabel();
  inLoop(c, `FOR_END_${label}`, () => {
    c.emit(`# FOR_initialization_${label}\n`);
    c.expect('for');
    c.expect('(');
    if (!c.is(';')) compileExpression(c);
    c.emit(`:FOR_${label}\n`);
    c.expect(';');
    compileExpression(c);
    c.emit(`test_eax,eax\nje %FOR_END_${label}\njmp %FOR_THEN_${label}\n:FOR_ITER_${label}\n`);
    c.expect(';');
    compileExpression(c);
    c.emit(`jmp %FOR_${label}\n:FOR_THEN_${label}\n`);
    c.expect(')');
    compileStatement(c);
    c.mark(keyword);
    c.emit(`jmp %FOR_ITER_${label}\n`);
  });
}

/** Run the parser of a loop with its end as the target of `break`, then print that label. */
function inLoop(c: Compilation, end: string, parse: () => void): void {
  const outer = c.loop;
  c.loop = { end, localCount: c.scope.localCount };
  parse();
  c.emit(`:${end}\n`);
  c.loop = outer;
}

/** asm = "asm" "(" { string } ")" ";" ; escapes are not interpreted. */
function compileAsmStatement(c: Compilation): void {
  c.expect('asm');
  c.expect('(');
  while (c.peek().text.startsWith('"')) c.emit(`${c.next().text.slice(1)}\n`);
  c.expect(')');
  c.expect(';');
}

/** goto = "goto" token ";" */
function compileGotoStatement(c: Compilation): void {
  c.expect('goto');
  c.emit(`jmp %${c.next().text}\n`);
  c.expect(';');
}

/** return = "return" [ expression ] ";" */
function compileReturnStatement(c: Compilation): void {
  const keyword = c.next();
  if (!c.peek().text.startsWith(';')) compileExpression(c);
  c.expect(';');
  c.mark(keyword);
  c.emitTimes(c.scope.localCount, 'pop_ebx\t# _return_result_locals\n');
  c.emitReturn();
}

/** break = "break" ";" */
function compileBreakStatement(c: Compilation): void {
  const { loop } = c;
  if (loop === undefined) throw c.error('misplaced-break', 'break outside of a loop');
  c.emitTimes(c.scope.localCount - loop.localCount, 'pop_ebx\t# break_cleanup_locals\n');
  c.expect('break');
  c.emit(`jmp %${loop.end}\n`);
  c.expect(';');
}

/** continue = "continue" ";" ; quirk kept: it does nothing. */
function compileContinueStatement(c: Compilation): void {
  c.expect('continue');
  c.emit('\n#continue statement\n');
  c.expect(';');
}
