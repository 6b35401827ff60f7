// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * Loads, stores and the addresses of names.
 *
 * Names are looked up as static locals, locals, arguments, functions and globals, in this order.
 * Behaviour defined by cc_core.c of M2-Planet 1.13.1.
 */
import type { Source, ToolError } from '@stage0-ts/diagnostics';
import type { Compilation } from './compilation.ts';
import type { Register } from './emit/emitter.ts';
import type { FunctionSymbol, Variable } from './symbols.ts';
import { latin1 } from './text.ts';
import type { Token } from './token.ts';

/** value := the `size` bytes at value, if there is an instruction for that. */
export function load(c: Compilation, size: number, isSigned: boolean): void {
  if (!c.emit.hasSize(size)) {
    throw c.error(`Got unsupported size ${size} when trying to load value.`);
  }
  c.emit.load(size, isSigned);
}

/** Store `size` bytes of value at operand, if there is an instruction for that. */
export function store(c: Compilation, size: number): void {
  if (!c.emit.hasSize(size)) {
    throw c.error(`Got unsupported size ${size} when storing number in register.`);
  }
  c.emit.store(size);
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
      c.expressionType = found.type;
      return found;
    }
    found = current.arguments.get(name);
    if (found !== undefined) {
      emit.loadRelative(register, 'base', found.depth, 'function argument load');
      c.expressionType = found.type;
      return found;
    }
  }
  if (found === undefined) {
    const function_ = c.functions.get(name);
    if (function_ !== undefined) {
      emit.loadAddress('value', 'FUNCTION_', name, 'function load');
      return function_;
    }
    found = c.globals.get(name);
  }
  if (found === undefined) throw undefinedSymbol(c, name);
  emit.loadAddress(register, 'GLOBAL_', found.name, 'global load');
  c.expressionType = found.type;
  return found;
}

/** The error for an unknown name, with the place of the name. */
function undefinedSymbol(c: Compilation, name: string): ToolError {
  let token: Token | null = c.token;
  for (let back = 0; back < 4 && token !== null && token.text !== name; back++) token = token.prev;
  const message = `${name} is not a defined symbol`;
  return c.error(message, token ?? c.token, 'undefined', formerConstant(c, name));
}

/**
 * Up to M2-Planet 1.12 a comment could define constants. Sources of that time still have such
 * comments.
 */
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
