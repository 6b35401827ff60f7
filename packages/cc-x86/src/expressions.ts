// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * Expressions: tokens → code that leaves the value in eax.
 *
 * A binary operator pushes its left operand, computes the right one, and pops the left into ebx. A
 * variable, element or member before `=` leaves its address instead of its value. `&&` and `||` are
 * the bitwise operators, and all arithmetic has one precedence.
 *
 * Behaviour defined by x86/cc_x86.M1 of stage0-posix 1.9.1 (expression down to primary_expr).
 */
import type { Compilation } from './compilation.ts';
import { encodeString, readCharacter } from './literals.ts';
import type { Variable } from './scope.ts';
import { parseTypeName } from './type-names.ts';
import { BYTE_POINTER, FUNCTION_TYPE, promote, type Type } from './types.ts';

const LOAD = 'mov_eax,[eax]\n';

const BITWISE: ReadonlyMap<string, string> = new Map([
  ['&', 'and_eax,ebx\n'],
  ['&&', 'and_eax,ebx\n'],
  ['|', 'or_eax,ebx\n'],
  ['||', 'or_eax,ebx\n'],
  ['^', 'xor_eax,ebx\n'],
]);

/** The instructions after a comparison. */
const RELATIONAL: ReadonlyMap<string, string> = new Map([
  ['<', 'setl_al\n'],
  ['<=', 'setle_al\n'],
  ['>=', 'setge_al\n'],
  ['>', 'setg_al\n'],
  ['==', 'sete_al\n'],
  ['!=', 'setne_al\n'],
]);

const ADDITIVE: ReadonlyMap<string, string> = new Map([
  ['+', 'add_eax,ebx\n'],
  ['-', 'sub_ebx,eax\nmov_eax,ebx\n'],
  ['*', 'mul_ebx\n'],
  ['/', 'xchg_ebx,eax\nmov_edx, %0\ndiv_ebx\n'],
  ['%', 'xchg_ebx,eax\nmov_edx, %0\ndiv_ebx\nmov_eax,edx\n'],
  ['<<', 'mov_ecx,eax\nmov_eax,ebx\nsal_eax,cl\n'],
  ['>>', 'mov_ecx,eax\nmov_eax,ebx\nsar_eax,cl\n'],
]);

/** What a primary expression may begin with, in addition to letters and digits. */
const PRIMARIES: ReadonlyMap<string | undefined, (c: Compilation) => void> = new Map([
  ['-', compileNegation],
  ['!', compileLogicalNot],
  ['~', compileComplement],
  ['(', compileParenthesized],
  ["'", compileCharacterLiteral],
  ['"', compileStringLiteral],
]);

/** expression = bitwise [ "=" expression ] */
export function compileExpression(c: Compilation): void {
  compileBitwise(c);
  if (!c.is('=')) return;
  // Only an element of a char* is stored as a single byte.
  const storesByte = c.previous()?.text === ']' && requireTarget(c).name === BYTE_POINTER;
  compileRightOperand(c, compileExpression);
  c.emit(storesByte ? 'mov_[ebx],al\n' : 'mov_[ebx],eax\n');
  c.target = undefined;
}

/** bitwise = relational { ( "&" | "&&" | "|" | "||" | "^" ) relational } */
function compileBitwise(c: Compilation): void {
  compileBinary(c, compileRelational, BITWISE);
}

/** relational = additive { ( "<" | "<=" | ">=" | ">" | "==" | "!=" ) additive } */
function compileRelational(c: Compilation): void {
  compileBinary(
    c,
    compileAdditive,
    RELATIONAL,
    (set) => `${c.dialect.compare}\n${set}movzx_eax,al\n`,
  );
}

/** additive = postfix { ( "+" | "-" | "*" | "/" | "%" | "<<" | ">>" ) postfix } */
function compileAdditive(c: Compilation): void {
  compileBinary(c, compilePostfix, ADDITIVE);
}

function compileBinary(
  c: Compilation,
  operand: (c: Compilation) => void,
  operators: ReadonlyMap<string, string>,
  codeOf: (entry: string) => string = (entry) => entry,
): void {
  operand(c);
  for (;;) {
    const entry = operators.get(c.peek().text);
    if (entry === undefined) return;
    compileRightOperand(c, operand);
    c.emit(codeOf(entry));
  }
}

/**
 * Step over the operator and compute the operand after it. The value so far is kept on the stack,
 * and is in ebx afterwards.
 */
function compileRightOperand(c: Compilation, operand: (c: Compilation) => void): void {
  const operator = c.peek();
  c.mark(operator);
  c.emit('push_eax\t#_common_recursion\n');
  c.next();
  const left = c.target;
  operand(c);
  c.target = promote(c.target, left);
  c.mark(operator);
  c.emit('pop_ebx\t# _common_recursion\n');
}

/** postfix = primary { "[" expression "]" | "->" name } */
function compilePostfix(c: Compilation): void {
  compilePrimary(c);
  for (;;) {
    if (c.is('[')) compileElement(c);
    else if (c.is('->')) compileMemberAccess(c);
    else return;
  }
}

/** The part in brackets of an element access. The index is scaled by the next power of two. */
function compileElement(c: Compilation): void {
  const array = requireTarget(c);
  const isByte = array.name === BYTE_POINTER;
  compileRightOperand(c, compileExpression);
  c.target = array;
  if (!isByte) c.emit(`sal_eax, !${ceilLog2(array.pointer.size)}\n`);
  c.emit('add_eax,ebx\n');
  c.expect(']');
  if (!c.is('=')) c.emit(isByte ? 'movsx_eax,BYTE_PTR_[eax]\n' : LOAD);
}

/**
 * The arrow and the name after it. Quirk kept: for a member smaller than a register, the result is
 * its address.
 */
function compileMemberAccess(c: Compilation): void {
  c.expect('->');
  const parent = requireTarget(c);
  const found = parent.members.get(c.peek().text);
  if (found === undefined) {
    throw c.error('unknown-member', `${parent.name} has no member of this name`);
  }
  c.emit('# looking up offset\n');
  c.target = found.type;
  c.next();
  if (found.offset !== 0) {
    c.emit(`# -> offset calculation\nmov_ebx, %${found.offset}\nadd_eax,ebx\n`);
  }
  if (found.size >= 4 && !c.is('=')) c.emit(LOAD);
}

/**
 * primary = "sizeof" "(" type-name ")" | "-" postfix | "!" postfix | "~" postfix
 *   | "(" expression ")" | character | string | name [ arguments ] | number
 *
 * Quirk kept: only the first character of the token counts, so `!!x` and `!-x` are one `!`.
 */
function compilePrimary(c: Compilation): void {
  c.mark(c.peek());
  const { text } = c.peek();
  const parse = text === 'sizeof' ? compileSizeOf : PRIMARIES.get(text[0]);
  if (parse !== undefined) parse(c);
  else if (/^[0-9]/.test(text)) c.emit(`mov_eax, %${c.next().text}\n`);
  // An empty name begins with a NUL, which counts as a letter.
  else if (/^(?:[A-Za-z_]|$)/.test(text)) compileName(c);
  else throw c.error('syntax', 'expected an expression');
}

function compileNegation(c: Compilation): void {
  c.emit('mov_eax, %0\n');
  compileRightOperand(c, compilePostfix);
  c.emit('sub_ebx,eax\nmov_eax,ebx\n');
}

function compileLogicalNot(c: Compilation): void {
  c.emit('mov_eax, %1\n');
  compileRightOperand(c, compilePostfix);
  c.emit(c.dialect.not);
}

function compileComplement(c: Compilation): void {
  compileRightOperand(c, compilePostfix);
  c.emit('not_eax\n');
}

function compileParenthesized(c: Compilation): void {
  c.next();
  compileExpression(c);
  c.expect(')');
}

function compileCharacterLiteral(c: Compilation): void {
  c.emit(`mov_eax, %${readCharacter(c.source, c.next())}\n`);
}

function compileSizeOf(c: Compilation): void {
  c.expect('sizeof');
  c.expect('(');
  const start = c.peek();
  const type = parseTypeName(c);
  if (type === undefined) throw c.error('no-type', 'the size of a new structure', start);
  c.expect(')');
  c.emit(`mov_eax, %${type.size}\n`);
}

function compileStringLiteral(c: Compilation): void {
  const label = c.newLabel();
  c.mark(c.peek());
  c.emit(`mov_eax, &STRING_${label}\n`);
  c.stringData.writeLatin1(`:STRING_${label}\n${encodeString(c.source, c.peek())}`);
  c.next();
}

/**
 * A name. Constants hide locals; locals hide arguments; these hide functions, and functions hide
 * globals.
 */
function compileName(c: Compilation): void {
  const token = c.next();
  const { text } = token;
  const constant = c.constants.get(text);
  const variable = c.scope.findLocal(text) ?? c.scope.findParameter(text);
  const type = c.globals.get(text);
  if (constant !== undefined) c.emit(`mov_eax, %${constant}\n`);
  else if (variable !== undefined) emitVariableLoad(c, variable);
  else if (c.functions.has(text)) emitFunctionLoad(c, text);
  else if (type !== undefined) {
    c.target = type;
    c.emit(`mov_eax, &GLOBAL_${text}\n`);
    if (!c.is('=')) c.emit(LOAD);
  } else throw c.error('undefined-symbol', 'this symbol is not defined', token);
}

function emitVariableLoad(c: Compilation, { type, depth }: Variable): void {
  const slot = `lea_eax,[ebp+DWORD] %${depth}\n`;
  const isCall = c.is('(');
  if (isCall && type === undefined) throw c.error('no-type', 'a call of something without a type');
  if (isCall && type?.name === FUNCTION_TYPE) {
    compileCall(c, `${slot}${LOAD}mov_ebp,edi\ncall_eax\n`);
    return;
  }
  c.target = type;
  c.emit(slot);
  if (!c.is('=')) c.emit(LOAD);
}

function emitFunctionLoad(c: Compilation, text: string): void {
  if (c.is('(')) compileCall(c, `mov_ebp,edi\ncall %FUNCTION_${text}\n`);
  else c.emit(`mov_eax, &FUNCTION_${text}\n`);
}

/**
 * arguments = "(" [ expression { "," expression } ] ")" ; `transfer` is the code of the call
 *     itself.
 */
function compileCall(c: Compilation, transfer: string): void {
  const callee = c.previous();
  c.expect('(');
  c.mark(callee);
  c.emit(
    'push_edi\t# Prevent overwriting in recursion\n' +
      'push_ebp\t# Protect the old base pointer\n' +
      'mov_edi,esp\t# Copy new base pointer\n',
  );
  let passed = 0;
  if (!c.peek().text.startsWith(')')) {
    compileExpression(c);
    c.mark(callee);
    c.emit('push_eax\t#_process_expression1\n');
    for (passed = 1; c.is(','); passed++) {
      c.next();
      compileExpression(c);
      c.mark(callee);
      c.emit('push_eax\t#_process_expression2\n');
    }
  }
  c.expect(')');
  c.mark(callee);
  c.emit(transfer);
  c.emitTimes(passed, 'pop_ebx\t# _process_expression_locals\n');
  c.emit('pop_ebp\t# Restore old base pointer\npop_edi\t# Prevent overwrite\n');
}

/** The type of the value so far. If there is none, upstream follows a null pointer. */
function requireTarget(c: Compilation): Type {
  if (c.target !== undefined) return c.target;
  throw c.error('no-type', 'this needs a value whose type is known');
}

/**
 * The shift that scales by `size`, or by the next power of two; -1 for a structure without members.
 */
function ceilLog2(size: number): number {
  let shift = ((size - 1) & size) === 0 ? -1 : 0;
  for (let rest = size; rest > 0; rest >>>= 1) shift++;
  return shift;
}
