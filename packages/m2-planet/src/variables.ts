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
import type { Source, ToolError } from '@stage0-ts/diagnostics';
import type { Compilation } from './compilation.ts';
import type { Register } from './emit/emitter.ts';
import { isCompoundAssignment, previousText } from './expressions.ts';
import { isStep, load, postfixOperators, store } from './operands.ts';
import { FunctionSymbol, type Variable } from './symbols.ts';
import { latin1 } from './text.ts';
import type { Token } from './token.ts';
import type { Type } from './types.ts';
import { typeName } from './types-parser.ts';

/** variable. */
export function variable(c: Compilation): void {
  let stars = 0;
  for (; c.at('*'); stars++) c.advance();
  c.pendingDereferences = stars;
  let cast: Type | undefined;
  if (c.at('(')) {
    c.advance();
    cast = typeName(c);
    c.expect(')', "Expected token ')' in type cast.");
  }
  const nameToken = c.token;
  const name = nameToken.text;
  c.advance();
  if (intrinsic(c, name)) return;
  if (c.constants.has(name)) {
    const value = c.constants.get(name);
    if (value === undefined) throw c.error(`the constant ${name} is used in its own definition`);
    c.emit.loadImmediate('zero', value, 'constant load');
    return;
  }
  const symbol = loadAddress(c, 'zero', name);
  if (cast !== undefined) c.current = cast;
  if (c.addressOf) return;
  if (!(symbol instanceof FunctionSymbol)) c.warnings?.operand(c, nameToken, symbol, stars);
  if (c.token.text === '.') postfixOperators(c);
  else if (!wantsAddress(c, symbol)) loadValue(c, symbol as Variable, stars);
}

/**
 * True where the address that is loaded is what counts: before and after ++ and --, of an array
 * before its index, of a function. Quirk kept: not of globals and static locals, so that ++ and -- go
 * astray there.
 */
function wantsAddress(c: Compilation, symbol: Variable | FunctionSymbol): boolean {
  if (symbol instanceof FunctionSymbol) return true;
  if (c.token.text === '[' && symbol.isLocalArray) return true;
  if (symbol.kind === 'static' || symbol.kind === 'global') return false;
  return isStep(c.token.text) || isStep(previousText(c, 2));
}

/** Load the value, unless it is assigned to, and follow the stars. */
function loadValue(c: Compilation, symbol: Variable, stars: number): void {
  const { text } = c.token;
  const isAddress = symbol.isLocalArray && c.dialect.arraysAreAddresses;
  if (text === '=') {
    for (let star = 0; star < stars; star++) {
      if (star > 0 || !isAddress) load(c, c.current.size, c.current.isSigned);
      c.current = c.current.target;
    }
    return;
  }
  if (!isCompoundAssignment(text) && !isAddress) {
    // Quirk kept: globals, and in 1.13.1 a local array by its name, are loaded as words.
    const isPlain = !symbol.isLocalArray && (symbol.kind === 'local' || symbol.kind === 'argument');
    load(c, isPlain ? c.current.size : c.emit.wordSize, c.current.isSigned);
  }
  for (; stars > 0; stars--) {
    const { target } = c.current;
    // A function pointer may be dereferenced any number of times and stays what it is.
    if (target === target.target && target.isFunctionPointer) continue;
    c.current = target;
    load(c, target.size, target.isSigned);
  }
}

/** register := the address of the variable or function `name`. */
export function loadAddress(
  c: Compilation,
  register: Register,
  name: string,
): Variable | FunctionSymbol {
  const { emit } = c;
  const current = c.function;
  let found = current?.statics.get(name);
  if (found === undefined && current !== undefined) {
    found = current.locals.find(name);
    if (found !== undefined) {
      emit.loadRelative(register, 'locals', found.depth, 'local variable load');
      c.current = found.type;
      return found;
    }
    found = current.arguments.get(name);
    if (found !== undefined) {
      emit.loadRelative(register, 'base', found.depth, 'function argument load');
      c.current = found.type;
      return found;
    }
  }
  if (found === undefined) {
    const function_ = c.functions.get(name);
    if (function_ !== undefined) {
      emit.loadAddress('zero', 'FUNCTION_', name, 'function load');
      return function_;
    }
    found = c.globals.get(name);
  }
  if (found === undefined) throw undefinedSymbol(c, name);
  emit.loadAddress(register, 'GLOBAL_', found.name, 'global load');
  c.current = found.type;
  return found;
}

/** The error for a name that nothing has, at the name. */
function undefinedSymbol(c: Compilation, name: string): ToolError {
  let token: Token | null = c.token;
  for (let back = 0; back < 4 && token !== null && token.text !== name; back++) token = token.prev;
  const message = `${name} is not a defined symbol`;
  return c.error(message, token ?? c.token, 'undefined', formerConstant(c, name));
}

/** Until M2-Planet 1.12 a comment defined constants; it is still found in sources of that time. */
function formerConstant(c: Compilation, name: string): string | undefined {
  if (!/^\w+$/.test(name)) return undefined; // any token may follow a star
  const seen = new Set<Source>();
  for (let token: Token | null = c.end.prev; token !== null; token = token.prev) {
    const { source } = token.origin;
    if (source !== undefined) seen.add(source);
  }
  const comment = new RegExp(`//[ \\t]*CONSTANT[ \\t]+${name}[ \\t]+([^ \\t\\r\\n]+)`);
  for (const { bytes } of seen) {
    const value = comment.exec(latin1(bytes))?.[1];
    if (value === undefined) continue;
    return `comments no longer define constants: write #define ${name} ${value}`;
  }
  return undefined;
}

/** Compile the intrinsic `name`, if it is one. */
function intrinsic(c: Compilation, name: string): boolean {
  if (name === '__va_start') vaStart(c);
  else if (name === '__va_arg') vaArg(c);
  else if (name === '__va_end' || name === '__va_copy') {
    c.expect('(', "Invalid token after __va_arg, expected '('");
    c.advance();
    c.expect(')', "Invalid token at end of __va_start, expected ')'");
  } else return false;
  return true;
}

/** "__va_start" "(" list "," last-argument ")" */
function vaStart(c: Compilation): void {
  c.output.comment('__va_start intrinsic');
  c.expect('(', "Invalid token after __va_start, expected '('");
  const list = word(c);
  c.expect(',', "Invalid token in __va_start, expected ','");
  const last = word(c);
  c.expect(')', "Invalid token at end of __va_start, expected ')'");
  const symbol = loadAddress(c, 'zero', last);
  if (symbol instanceof FunctionSymbol) throw c.error(`${last} is a function`);
  c.emit.nextArgument(symbol.type.size);
  loadAddress(c, 'one', list);
  store(c, c.emit.wordSize);
  c.output.comment('__va_start intrinsic end');
}

/** "__va_arg" "(" list "," type-name ")" */
function vaArg(c: Compilation): void {
  c.output.comment('__va_arg intrinsic');
  c.expect('(', "Invalid token after __va_arg, expected '('");
  const list = word(c);
  c.expect(',', "Invalid token in __va_arg, expected ','");
  c.requireToken();
  const type = typeName(c);
  c.expect(')', "Invalid token at end of __va_start, expected ')'");
  c.output.comment('REGISTER_ZERO = *ap');
  loadAddress(c, 'zero', list);
  c.emit.dereference('zero', 'Deref ap');
  c.emit.dereference('zero', 'Deref ap');
  c.emit.push('zero', 'Dereffed va_arg');
  c.output.comment('ap = ap - sizeof(ty)');
  loadAddress(c, 'zero', list);
  c.emit.push('zero', 'Push ap address');
  c.emit.dereference('zero', 'Deref ap for pointer to va_arg');
  c.emit.nextArgument(type.size);
  c.emit.pop('one', 'Pop AP address');
  store(c, type.size);
  c.emit.pop('zero', 'Dereffed va_arg');
  c.output.comment('__va_arg intrinsic end');
}

function word(c: Compilation): string {
  c.requireToken();
  const { text } = c.token;
  c.advance();
  return text;
}
