// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * The preprocessor: a token list with directives → the same list without them, macros expanded.
 *
 * One cursor walks the list and edits it. A `#` token at the start of a line begins a directive; every
 * other token may be a macro's name. Invariant: what lies before the cursor is finished.
 *
 * Quirks kept: a skipped block ends at the text `#endif` wherever it is in a line; `#warning`
 * leaves its text in the program; an include line without `expandIncludes` vanishes; any other
 * directive is dropped with a warning.
 * Behaviour defined by cc_macro.c of M2-Planet 1.13.1.
 */
import { type ToolError, visible } from '@stage0-ts/diagnostics';
import { dialectOf } from './dialects.ts';
import { Includer } from './include.ts';
import { expandMacro } from './macro-expand.ts';
import { macroExpression } from './macro-expression.ts';
import { type Macro, MacroTable } from './macro-table.ts';
import type { CompileOptions } from './options.ts';
import type { ReaderContext } from './reader.ts';
import { latin1ToName } from './text.ts';
import { lineOf, removeToken, type Token, tokenError } from './token.ts';

const LINE_FEED = 0x0a;
const HASH = 0x23;

const CONDITIONALS: ReadonlySet<string> = new Set(['#if', '#ifdef', '#ifndef']);
const BRANCHES: ReadonlySet<string> = new Set(['#elif', '#else', '#endif']);

/** The place in the token list that the preprocessor is at, and what the directives share. */
export class MacroCursor {
  readonly macros: MacroTable = new MacroTable();
  readonly options: CompileOptions;
  readonly reader: ReaderContext;
  /** First token of the program. Quirk kept: only `remove` keeps it up to date, expansions do not. */
  head: Token | null;
  token: Token | null;
  /** One entry for each open #if: true when a branch of it has been taken. */
  readonly taken: boolean[] = [];
  /** Tokens that expansions have made; bounds what would never end. */
  made = 0;
  private last: Token | null;

  constructor(head: Token | null, options: CompileOptions, reader: ReaderContext) {
    this.head = head;
    this.token = head;
    this.last = head;
    this.options = options;
    this.reader = reader;
  }

  /** The current token, where upstream fails or crashes without one. */
  current(what: string): Token {
    if (this.token === null) throw this.error(`got an EOF terminated ${what}`, this.last);
    return this.token;
  }

  /** Take the current token out of the list and go on to the next. */
  remove(): void {
    const token = this.current('directive');
    this.last = token;
    this.token = removeToken(token);
    if (this.head === token) this.head = this.token;
  }

  /** Remove the current token, which must start with the byte `first`. */
  expect(first: number, message: string): void {
    if (this.current('macro expression').first !== first) throw this.error(message);
    this.remove();
  }

  warn(text: string): void {
    this.options.onWarning?.(text);
  }

  error(message: string, token: Token | null = this.token ?? this.last): ToolError {
    return tokenError(token, 'preprocessor', message);
  }
}

/** Run the preprocessor over the list at whose head the cursor is. The result is the new head. */
export function preprocess(cursor: MacroCursor): Token | null {
  const includer = new Includer(cursor);
  let startOfLine = true;
  while (cursor.token !== null) {
    const token: Token = cursor.token;
    if (token.first === LINE_FEED) {
      startOfLine = true;
      cursor.token = token.next;
    } else if (startOfLine && token.first === HASH) {
      if (directive(cursor, token, includer)) continue;
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
 * One directive. True when it skipped tokens up to a branch that now is the very first token, so that
 * no line feed comes before it.
 */
function directive(cursor: MacroCursor, token: Token, includer: Includer): boolean {
  switch (token.text) {
    case '#if':
      cursor.remove();
      return openBlock(cursor, macroExpression(cursor) !== 0);
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
      return nextBranch(cursor, token);
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
      message(cursor, token);
      return false;
    case '#include':
      if (cursor.options.expandIncludes === true) includer.include();
      break;
    default:
      ignored(cursor, token);
  }
  while (cursor.token !== null && cursor.token.first !== LINE_FEED) cursor.remove();
  return false;
}

function openBlock(cursor: MacroCursor, taken: boolean): boolean {
  cursor.taken.push(taken);
  return !taken && skipBlock(cursor);
}

/** `#elif` and `#else`. Quirk kept: after #else another branch may still follow and be taken. */
function nextBranch(cursor: MacroCursor, token: Token): boolean {
  if (token.next === null) throw cursor.error(`${token.text} without leading #if`);
  cursor.remove();
  const holds = token.text === '#else' || macroExpression(cursor) !== 0;
  const innermost = cursor.taken.length - 1;
  if (innermost < 0) throw cursor.error(`${token.text} without leading #if`, token);
  if (!holds || cursor.taken[innermost] === true) return skipBlock(cursor);
  if (token.text === '#elif') cursor.taken[innermost] = true;
  return false;
}

/** Remove tokens up to the #elif, #else or #endif of this block; the cursor ends at the line feed before it. */
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
 * Quirk of 1.13.1: the token right after an opening is not looked at for #endif, only for another
 * opening.
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
  if (separator === 0x20) cursor.remove();
  else if (separator === 0x28) readParameters(cursor, macro);
  const body = cursor.current('#define');
  if (body.first === LINE_FEED) return;
  let last: Token = body;
  for (;;) {
    const token = cursor.current('#define');
    if (token.first === LINE_FEED) break;
    cursor.remove();
    // A removed token keeps its old links: make the body a list of its own.
    token.prev = token === body ? null : last;
    last = token;
  }
  last.next = null;
  macro.expansion = body;
}

/** Quirk kept: of several words between two commas the last is the parameter's name. */
function readParameters(cursor: MacroCursor, macro: Macro): void {
  cursor.remove();
  const names: (string | undefined)[] = [undefined];
  macro.parameters = names;
  for (;;) {
    const token = cursor.current('macro parameter list');
    if (token.first === 0x29) break;
    if (token.first === 0x2e) {
      throw cursor.error('Variadic function-like macros not supported.');
    }
    names[names.length - 1] = token.text;
    cursor.remove();
    if (cursor.current('macro parameter list').first === 0x2c) {
      names.push(undefined);
      cursor.remove();
    }
  }
  cursor.remove();
}

/** `#error` stops; `#warning` leaves the cursor at the end of its line and its text in the program. */
function message(cursor: MacroCursor, directiveToken: Token): void {
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

function ignored(cursor: MacroCursor, token: Token): void {
  const fence = '>>WARNING<<\n>>WARNING<<\n';
  const feature = `${token.origin.file}:${lineOf(token)}:feature: ${latin1ToName(token.text)}`;
  cursor.warn(
    `${fence}${visible(feature)} unsupported in M2-Planet\n` +
      `Ignoring line, may result in bugs\n${fence}\n`,
  );
}
