// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * The place in the token list that the preprocessor is at.
 *
 * Invariant: what lies before the cursor is finished.
 */
import type { ToolError } from '@stage0-ts/diagnostics';
import { MacroTable } from './macro-table.ts';
import type { CompileOptions } from './options.ts';
import type { ReaderContext } from './reader.ts';
import { removeToken, type Token, tokenError } from './token.ts';

/** The current token, and the state that the directives share. */
export class MacroCursor {
  readonly macros: MacroTable = new MacroTable();
  readonly options: CompileOptions;
  readonly reader: ReaderContext;
  /** First token of the program. Quirk kept: only `remove` updates it, expansions do not. */
  head: Token | null;
  token: Token | null;
  /** One entry for each open #if: true when a branch of it has been taken. */
  readonly taken: boolean[] = [];
  /** Number of tokens that expansions have made; a limit on it ends endless expansions. */
  made = 0;
  private last: Token | null;

  constructor(head: Token | null, options: CompileOptions, reader: ReaderContext) {
    this.head = head;
    this.token = head;
    this.last = head;
    this.options = options;
    this.reader = reader;
  }

  /** The current token. Throws if there is none, where upstream fails or crashes. */
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
