// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * What the tests of --strict look for: tokens, and the names among them → what C would mean by
 * them.
 */
import type { Dialect } from './dialects.ts';
import type { Emitter } from './emit/emitter.ts';
import type { FunctionSymbol, Variable } from './symbols.ts';
import { isDigit, isNameStart } from './text.ts';
import type { Token } from './token.ts';
import { isPointer, type Type, type TypeTable } from './types.ts';

export const STEPS: ReadonlySet<string> = new Set(['++', '--']);
/** A number that M2-Planet reads to its end. */
export const NUMBER: RegExp = /^(0[xX][0-9a-fA-F]+|[0-9]+)$/;

/** What the tests see of a compilation, which they never change. */
export interface CompilationView {
  readonly token: Token;
  readonly expressionType: Type;
  readonly dialect: Dialect;
  readonly emit: Pick<Emitter, 'pointerTakers' | 'wordSize'>;
  readonly types: TypeTable;
  readonly constants: ReadonlyMap<string, number | undefined>;
  readonly function: FunctionSymbol | undefined;
  readonly globals: ReadonlyMap<string, Variable>;
}

export function isLocalArray(c: CompilationView, name: Token | null): boolean {
  return name !== null && variableOf(c, name)?.isLocalArray === true;
}

export function isFixedArray(symbol: Variable): boolean {
  return (symbol.kind === 'global' || symbol.kind === 'static') && symbol.elements > 0;
}

/** The variable with that name, if the token is one. */
export function variableOf(c: CompilationView, name: Token): Variable | undefined {
  const { text } = name;
  if (!isNameStart(name.first) || c.constants.has(text)) return undefined;
  const { function: current } = c;
  const own = current?.statics.get(text) ?? current?.locals.find(text);
  return own ?? current?.arguments.get(text) ?? c.globals.get(text);
}

/** True if C multiplies a number that is added to such a pointer. */
export function scales(c: CompilationView, type: Type): boolean {
  if (!isPointer(type) || type.isFunctionPointer || type.name === 'void*') return false;
  return type.target.size !== 1 && type.target !== c.types.basic.functionPointer;
}

/** What tokens[start, end) do in addition to computing a value. */
export function sideEffect(
  start: Token | null,
  end: Token,
  pure: ReadonlySet<string>,
): string | undefined {
  for (let token = start; token !== null && token !== end; token = token.next) {
    const { text } = token;
    if (STEPS.has(text)) return `a ${text}`;
    if (/^([-+*/%&|^]|<<|>>)?=$/.test(text)) return 'an assignment';
    const isCall = token.next?.text === '(' && token.next !== end;
    const isHarmless = text === 'sizeof' || pure.has(text);
    if (isCall && isNameStart(token.first) && !isHarmless) return `the call of ${text}`;
  }
  return undefined;
}

/**
 * A use on the right that is safe only if the left side is true: a pointer that is dereferenced, or
 * a divisor. The left side uses the same name, but does not dereference it.
 */
export function guardedUse(start: Token, operator: Token, end: Token): Token | undefined {
  const asked = new Set<string>();
  const followed = new Set<string>();
  for (let token: Token | null = start; token !== null && token !== operator; token = token.next) {
    if (isNameStart(token.first)) (isFollowed(token, operator) ? followed : asked).add(token.text);
  }
  for (let token = operator.next; token !== null && token !== end; token = token.next) {
    if (!asked.has(token.text) || followed.has(token.text)) continue;
    const before = token.prev?.text ?? '';
    if (isFollowed(token, end) || before === '/' || before === '%') return token;
  }
  return undefined;
}

/** True if memory is read at the place that the variable points to. */
function isFollowed(name: Token, end: Token): boolean {
  const after = name.next === end ? undefined : name.next?.text;
  return after === '[' || after === '->' || isStar(name.prev);
}

/** True for a star that dereferences a pointer: there is no operand before it. */
function isStar(token: Token | null): boolean {
  if (token === null || token.text !== '*') return false;
  const before = token.prev;
  if (before === null) return false;
  return !isNameStart(before.first) && !isDigit(before.first) && !')]'.includes(before.text);
}

/** `mask & array[…]` or `array[…] & mask`, with a mask of the element's bits. */
export function isMasked(bracket: Token, after: Token, limit: number): boolean {
  let base = bracket.prev;
  while (base?.prev?.text === '->' || base?.prev?.text === '.') base = base.prev.prev;
  const isMask = (token: Token | null | undefined) =>
    token !== null && token !== undefined && NUMBER.test(token.text) && Number(token.text) < limit;
  const before = base?.prev;
  return (
    (before?.text === '&' && isMask(before.prev)) || (after.text === '&' && isMask(after.next))
  );
}

/** True if the added expression contains a factor or a sizeof. */
export function isScaledByHand(operator: Token, end: Token): boolean {
  for (let token = operator.next; token !== null && token !== end; token = token.next) {
    if (token.text === '*' || token.text === 'sizeof') return true;
  }
  return false;
}
