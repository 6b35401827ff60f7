// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * Variables and constants as operands, and the intrinsics of variadic functions.
 *
 * variable: "*"* ("(" type-name ")")? name
 *
 * Names are looked up as static locals, locals, arguments, functions and globals, in this order;
 * constants come before all.
 * Behaviour defined by cc_core.c of M2-Planet 1.13.1.
 */
import { load, loadAddress, store } from './access.ts';
import type { Compilation } from './compilation.ts';
import { isCompoundAssignment, isIncrement, previousText } from './operators.ts';
import { FunctionSymbol, type Variable } from './symbols.ts';
import type { Type } from './types.ts';
import { parseTypeName } from './types-parser.ts';

/**
 * variable. True if a member access follows: then the caller at once processes the operators after
 * it, wherever the variable is an operand.
 */
export function parseVariable(c: Compilation): boolean {
  let stars = 0;
  for (; c.startsWith('*'); stars++) c.advance();
  c.pendingDereferences = stars;
  let cast: Type | undefined;
  if (c.startsWith('(')) {
    c.advance();
    cast = parseTypeName(c);
    c.expect(')', "Expected token ')' in type cast.");
  }
  const nameToken = c.token;
  const name = nameToken.text;
  c.advance();
  if (parseIntrinsic(c, name)) return false;
  if (c.constants.has(name)) {
    const value = c.constants.get(name);
    if (value === undefined) throw c.error(`the constant ${name} is used in its own definition`);
    c.emit.loadImmediate('value', value, 'constant load');
    return false;
  }
  const symbol = loadAddress(c, 'value', name);
  if (cast !== undefined) c.expressionType = cast;
  if (c.addressOf) return false;
  if (!(symbol instanceof FunctionSymbol)) c.warnings?.operand(c, nameToken, symbol, stars);
  if (c.is('.')) return true;
  if (!wantsAddress(c, symbol)) loadValue(c, symbol as Variable, stars);
  return false;
}

/**
 * True where the expression needs the address that was loaded: before and after ++ and --, for an
 * array before its index, and for a function. Quirk kept: for globals and static locals it is
 * false, so ++ and -- change the wrong memory.
 */
function wantsAddress(c: Compilation, symbol: Variable | FunctionSymbol): boolean {
  if (symbol instanceof FunctionSymbol) return true;
  if (c.is('[') && symbol.isLocalArray) return true;
  if (symbol.kind === 'static' || symbol.kind === 'global') return false;
  return isIncrement(c.token.text) || isIncrement(previousText(c, 2));
}

/** Load the value, unless it is assigned to, and follow the stars. */
function loadValue(c: Compilation, symbol: Variable, stars: number): void {
  const { text } = c.token;
  const isAddress = symbol.isLocalArray && c.dialect.arraysAreAddresses;
  if (text === '=') {
    for (let star = 0; star < stars; star++) {
      if (star > 0 || !isAddress) load(c, c.expressionType.size, c.expressionType.isSigned);
      c.expressionType = c.expressionType.target;
    }
    return;
  }
  if (!isCompoundAssignment(text) && !isAddress) {
    // Quirk kept: globals are loaded as words; in 1.13.1 so is a local array without an index.
    const isPlain = !symbol.isLocalArray && (symbol.kind === 'local' || symbol.kind === 'argument');
    load(c, isPlain ? c.expressionType.size : c.emit.wordSize, c.expressionType.isSigned);
  }
  for (; stars > 0; stars--) {
    const { target } = c.expressionType;
    // A function pointer can be dereferenced any number of times without a change.
    if (target === target.target && target.isFunctionPointer) continue;
    c.expressionType = target;
    load(c, target.size, target.isSigned);
  }
}

/** Compile the intrinsic `name`, if it is one. */
function parseIntrinsic(c: Compilation, name: string): boolean {
  if (name === '__va_start') parseVaStart(c);
  else if (name === '__va_arg') parseVaArg(c);
  else if (name === '__va_end' || name === '__va_copy') {
    c.expect('(', "Invalid token after __va_arg, expected '('");
    c.advance();
    c.expect(')', "Invalid token at end of __va_start, expected ')'");
  } else return false;
  return true;
}

/** "__va_start" "(" list "," last-argument ")" */
function parseVaStart(c: Compilation): void {
  c.output.comment('__va_start intrinsic');
  c.expect('(', "Invalid token after __va_start, expected '('");
  const list = parseWord(c);
  c.expect(',', "Invalid token in __va_start, expected ','");
  const last = parseWord(c);
  c.expect(')', "Invalid token at end of __va_start, expected ')'");
  const symbol = loadAddress(c, 'value', last);
  if (symbol instanceof FunctionSymbol) throw c.error(`${last} is a function`);
  c.emit.nextArgument(symbol.type.size);
  loadAddress(c, 'operand', list);
  store(c, c.emit.wordSize);
  c.output.comment('__va_start intrinsic end');
}

/** "__va_arg" "(" list "," type-name ")" */
function parseVaArg(c: Compilation): void {
  c.output.comment('__va_arg intrinsic');
  c.expect('(', "Invalid token after __va_arg, expected '('");
  const list = parseWord(c);
  c.expect(',', "Invalid token in __va_arg, expected ','");
  c.requireToken();
  const type = parseTypeName(c);
  c.expect(')', "Invalid token at end of __va_start, expected ')'");
  c.output.comment('REGISTER_ZERO = *ap');
  loadAddress(c, 'value', list);
  c.emit.dereference('value', 'Deref ap');
  c.emit.dereference('value', 'Deref ap');
  c.emit.push('value', 'Dereffed va_arg');
  c.output.comment('ap = ap - sizeof(ty)');
  loadAddress(c, 'value', list);
  c.emit.push('value', 'Push ap address');
  c.emit.dereference('value', 'Deref ap for pointer to va_arg');
  c.emit.nextArgument(type.size);
  c.emit.pop('operand', 'Pop AP address');
  store(c, type.size);
  c.emit.pop('value', 'Dereffed va_arg');
  c.output.comment('__va_arg intrinsic end');
}

function parseWord(c: Compilation): string {
  c.requireToken();
  const { text } = c.token;
  c.advance();
  return text;
}
