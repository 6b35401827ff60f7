// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * The preprocessor: a token list with directives → the same list without them, macros expanded.
 *
 * One cursor walks the list and edits it. A `#` token at the start of a line begins a directive;
 * every other token may be a macro's name. Invariant: what lies before the cursor is finished.
 *
 * Quirks kept: a skipped block ends at the text `#endif` wherever it is in a line; `#warning`
 * leaves its text in the program; an include line without `expandIncludes` vanishes; any other
 * directive is dropped with a warning.
 * Behaviour defined by cc_macro.c of M2-Planet 1.13.1.
 */

import { visible } from '@stage0-ts/diagnostics';
import { CLOSE_PAREN, COMMA, DOT, HASH, LINE_FEED, OPEN_PAREN, SPACE } from './characters.ts';
import { dialectOf } from './dialects.ts';
import { Includer } from './include.ts';
import type { MacroCursor } from './macro-cursor.ts';
import { expandMacro } from './macro-expand.ts';
import { evaluateExpression } from './macro-expression.ts';
import type { Macro } from './macro-table.ts';
import { latin1ToName } from './text.ts';
import { lineOf, type Token } from './token.ts';

const CONDITIONALS: ReadonlySet<string> = new Set(['#if', '#ifdef', '#ifndef']);
const BRANCHES: ReadonlySet<string> = new Set(['#elif', '#else', '#endif']);

/** Run the preprocessor over the list at whose head the cursor is. Returns the new head. */
export function preprocess(cursor: MacroCursor): Token | null {
  const includer = new Includer(cursor);
  let startOfLine = true;
  while (cursor.token !== null) {
    const token: Token = cursor.token;
    if (token.first === LINE_FEED) {
      startOfLine = true;
      cursor.token = token.next;
    } else if (startOfLine && token.first === HASH) {
      if (runDirective(cursor, token, includer)) continue;
      const end: Token | null = cursor.token;
      if (end !== null && end.first !== LINE_FEED) {
        throw cursor.error(`newline expected at end of macro directive found: '${end.text}'`);
      }
    } else {
      startOfLine = false;
      cursor.token = expandMacro(cursor, token);
    }
  }
  return cursor.head;
}

/**
 * Process one directive. True if it skipped tokens up to a branch that now begins with the very
 * first token, so there is no line feed before it.
 */
function runDirective(cursor: MacroCursor, token: Token, includer: Includer): boolean {
  switch (token.text) {
    case '#if':
      cursor.remove();
      return openBlock(cursor, evaluateExpression(cursor) !== 0);
    case '#ifdef':
    case '#ifndef': {
      cursor.remove();
      const name = cursor.current('macro defined expression');
      const wanted = (cursor.macros.find(name) !== undefined) === (token.text === '#ifdef');
      if (wanted) cursor.remove();
      return openBlock(cursor, wanted);
    }
    case '#elif':
    case '#else':
      return takeBranch(cursor, token);
    case '#endif':
      if (cursor.taken.length === 0) throw cursor.error('unexpected #endif');
      cursor.remove();
      cursor.taken.pop();
      return false;
    case '#define':
      define(cursor);
      return false;
    case '#undef':
      cursor.remove();
      if (!cursor.macros.undefine(cursor.current('#undef').text)) {
        throw cursor.error('there is no macro left to undefine');
      }
      cursor.remove();
      return false;
    case '#error':
    case '#warning':
      reportMessage(cursor, token);
      return false;
    case '#include':
      if (cursor.options.expandIncludes === true) includer.include();
      break;
    default:
      ignoreDirective(cursor, token);
  }
  while (cursor.token !== null && cursor.token.first !== LINE_FEED) cursor.remove();
  return false;
}

function openBlock(cursor: MacroCursor, taken: boolean): boolean {
  cursor.taken.push(taken);
  return !taken && skipBlock(cursor);
}

/** `#elif` and `#else`. Quirk kept: after #else another branch may still follow and be taken. */
function takeBranch(cursor: MacroCursor, token: Token): boolean {
  if (token.next === null) throw cursor.error(`${token.text} without leading #if`);
  cursor.remove();
  const holds = token.text === '#else' || evaluateExpression(cursor) !== 0;
  const innermost = cursor.taken.length - 1;
  if (innermost < 0) throw cursor.error(`${token.text} without leading #if`, token);
  if (!holds || cursor.taken[innermost] === true) return skipBlock(cursor);
  if (token.text === '#elif') cursor.taken[innermost] = true;
  return false;
}

/**
 * Remove tokens up to the #elif, #else or #endif of this block; the cursor ends at the line feed
 * before it.
 */
function skipBlock(cursor: MacroCursor): boolean {
  do {
    skipNested(cursor);
    cursor.remove();
    if (cursor.token === null) throw cursor.error('Unterminated #if block');
  } while (!BRANCHES.has(cursor.token.text));
  const before = cursor.token.prev;
  if (before === null) return true;
  if (before.text === '\n') cursor.token = before;
  return false;
}

/** If a nested block opens here, remove it up to its #endif. */
function skipNested(cursor: MacroCursor): void {
  if (!opensBlock(cursor)) return;
  cursor.remove();
  if (dialectOf(cursor.options).endsNestedAnywhere) skipToEndif(cursor);
  else skipToLaterEndif(cursor);
}

function opensBlock(cursor: MacroCursor): boolean {
  return CONDITIONALS.has(cursor.current('#if block').text);
}

function skipToEndif(cursor: MacroCursor): void {
  for (let depth = 1; ; cursor.remove()) {
    if (opensBlock(cursor)) depth++;
    else if (cursor.current('#if block').text === '#endif' && --depth === 0) return;
  }
}

/**
 * Quirk of 1.13.1: the token directly after an opening is not tested for #endif, but only for
 * another opening.
 */
function skipToLaterEndif(cursor: MacroCursor): void {
  let depth = 1;
  while (depth > 0) {
    while (opensBlock(cursor)) {
      cursor.remove();
      depth++;
    }
    cursor.remove();
    while (depth > 0 && cursor.current('#if block').text === '#endif') {
      depth--;
      if (depth === 0) break;
      cursor.remove();
    }
  }
}

/** "#define" name body | "#define" name "(" parameters ")" body */
function define(cursor: MacroCursor): void {
  cursor.remove();
  const name = cursor.current('#define');
  if (name.first === LINE_FEED) throw cursor.error('unexpected newline after #define');
  const macro = cursor.macros.define(name.text);
  cursor.remove();
  const separator = cursor.current('#define').first;
  if (separator === SPACE) cursor.remove();
  else if (separator === OPEN_PAREN) readParameters(cursor, macro);
  const body = cursor.current('#define');
  if (body.first === LINE_FEED) return;
  let last: Token = body;
  for (;;) {
    const token = cursor.current('#define');
    if (token.first === LINE_FEED) break;
    cursor.remove();
    // A removed token keeps its old links, so the body has to become a list of its own.
    token.prev = token === body ? null : last;
    last = token;
  }
  last.next = null;
  macro.expansion = body;
}

/** Quirk kept: of several words between two commas, the last one is the parameter's name. */
function readParameters(cursor: MacroCursor, macro: Macro): void {
  cursor.remove();
  const names: (string | undefined)[] = [undefined];
  macro.parameters = names;
  for (;;) {
    const token = cursor.current('macro parameter list');
    if (token.first === CLOSE_PAREN) break;
    if (token.first === DOT) {
      throw cursor.error('Variadic function-like macros not supported.');
    }
    names[names.length - 1] = token.text;
    cursor.remove();
    if (cursor.current('macro parameter list').first === COMMA) {
      names.push(undefined);
      cursor.remove();
    }
  }
  cursor.remove();
}

/**
 * `#error` stops. `#warning` leaves the cursor at the end of its line, and leaves its text in the
 * program.
 */
function reportMessage(cursor: MacroCursor, directiveToken: Token): void {
  cursor.remove();
  const start = cursor.token;
  let text = '';
  for (; ; cursor.token = cursor.token.next) {
    if (cursor.token === null) {
      throw cursor.error('Failed to properly terminate error message with \\n', directiveToken);
    }
    if (cursor.token.first === LINE_FEED) break;
    text += `${cursor.token.text} `;
  }
  if (directiveToken.text === '#error') {
    throw cursor.error(`#error ${text}`, directiveToken);
  }
  const place = start ?? directiveToken;
  const warning = `${place.origin.file}:${lineOf(place)}: warning: #warning ${latin1ToName(text)}`;
  cursor.warn(`${visible(warning)}\n`);
}

function ignoreDirective(cursor: MacroCursor, token: Token): void {
  const fence = '>>WARNING<<\n>>WARNING<<\n';
  const feature = `${token.origin.file}:${lineOf(token)}:feature: ${latin1ToName(token.text)}`;
  cursor.warn(
    `${fence}${visible(feature)} unsupported in M2-Planet\n` +
      `Ignoring line, may result in bugs\n${fence}\n`,
  );
}
