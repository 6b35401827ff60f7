// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * Expansion of one macro in the token list.
 *
 * The name (and the arguments) are removed, and copies of the replacement are inserted. In 1.13.1
 * the walk continues after the *first* of them, in the newer dialect at it. So in 1.13.1 the first
 * token of an expansion is never treated as a macro; after an empty macro the next token is always
 * skipped (quirks kept).
 * Behaviour defined by cc_macro.c of M2-Planet 1.13.1.
 */
import { CLOSE_PAREN, COMMA, OPEN_PAREN } from './characters.ts';
import { dialectOf } from './dialects.ts';
import type { MacroCursor } from './macro-cursor.ts';
import type { Macro } from './macro-table.ts';
import { copyList, copyToken, removeToken, type Token } from './token.ts';

/**
 * Limit for nested expansions, which no sensible program comes near. Upstream hangs on deeper ones.
 */
const MAX_DEPTH = 10_000;
/**
 * Limit for the tokens that all expansions together may make; again no sensible program comes near.
 */
const MAX_MADE = 1 << 23;

/** Expand `token` if it names a macro. The result is the token with which to go on. */
export function expandMacro(cursor: MacroCursor, token: Token): Token | null {
  const macro = cursor.macros.find(token);
  if (token.next === null) {
    throw cursor.error('the last line must end in a line feed', token);
  }
  if (macro === undefined) return token.next;
  let after = removeToken(token) as Token;
  let expansion = macro.expansion;
  if (macro.parameters !== undefined) {
    if (after.first !== OPEN_PAREN) {
      throw cursor.error('Function-like-macro called without parameter list', token);
    }
    const call = substitute(cursor, macro, macro.parameters, token, after);
    expansion = call.expansion;
    after = call.after;
  }
  if (macro.expansion === null) return after.next;
  const first = insertCopies(cursor, after, expansion, token.depth + 1, token);
  return dialectOf(cursor.options).expandsFirst ? first : first.next;
}

/** Insert copies of `tokens` before `point`. The result is the first copy. */
function insertCopies(
  cursor: MacroCursor,
  point: Token,
  tokens: Token | null,
  depth: number,
  name: Token,
): Token {
  if (depth > MAX_DEPTH) throw cursor.error('the expansion of this macro never ends', name);
  let first: Token | null = null;
  for (let token = tokens; token !== null; token = token.next) {
    const copy = copyToken(token, depth);
    copy.use = name;
    first ??= copy;
    copy.next = point;
    copy.prev = point.prev;
    if (point.prev !== null) point.prev.next = copy;
    point.prev = copy;
    if (++cursor.made > MAX_MADE) throw cursor.error('macros expand to too many tokens', name);
  }
  return first as Token;
}

/**
 * The replacement of a function-like macro, with the arguments filled in, and the token after the
 * call.
 *
 * Each argument is cut out of the list while it is copied. Quirk kept: an empty argument has
 * nothing to cut, so its copy extends from the comma or parenthesis to the end of the program.
 */
function substitute(
  cursor: MacroCursor,
  macro: Macro,
  parameters: readonly (string | undefined)[],
  name: Token,
  open: Token,
): { expansion: Token | null; after: Token } {
  const fail = (message: string) => cursor.error(message, name);
  let expansion = copyList(macro.expansion);
  let token = removeToken(open);
  if (token === null) throw fail('EOF in the arguments of a function-like macro');
  const before = token.prev;
  if (before === null) throw fail('a function-like macro cannot be the first token of a program');
  let start: Token = token;
  let parameter = 0;
  for (let depth = 1; depth !== 0; ) {
    if (parameter === parameters.length) {
      throw fail('Invalid amount of parameters for function-like macro');
    }
    if (token.first === OPEN_PAREN) depth++;
    else if (token.first === CLOSE_PAREN) depth--;
    if ((token.first === COMMA && depth === 1) || (token.first === CLOSE_PAREN && depth === 0)) {
      const last = token.prev as Token;
      last.next = null;
      expansion = replaceParameter(cursor, expansion, parameters[parameter], start, name);
      last.next = token;
      if (token.next !== null) start = token.next;
      parameter++;
    }
    if (token.next === null) throw fail('NULL token found in function-like macro arguments');
    token = token.next;
  }
  before.next = token;
  token.prev = before;
  return { expansion, after: token };
}

/** Replace each token of `expansion` that is the parameter by a copy of `argument`. */
function replaceParameter(
  cursor: MacroCursor,
  expansion: Token | null,
  parameter: string | undefined,
  argument: Token,
  name: Token,
): Token | null {
  if (parameter === undefined) return expansion;
  let head = expansion;
  for (let token = head; token !== null; token = token.next) {
    if (token.text !== parameter) continue;
    const copy = copyList(argument) as Token;
    let last = copy;
    for (; ; last = last.next) {
      if (++cursor.made > MAX_MADE) throw cursor.error('macros expand to too many tokens', name);
      if (last.next === null) break;
    }
    copy.prev = token.prev;
    if (token.prev !== null) token.prev.next = copy;
    else head = copy;
    last.next = token.next;
    if (token.next !== null) token.next.prev = last;
    token = last;
  }
  return head;
}
