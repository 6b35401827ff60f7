// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * The tokenizer: bytes → tokens.
 *
 * Words (names and numbers), strings and characters (their closing quote dropped), runs of the
 * bytes `<=>|&!^%`, the operators with `+ - * /`, `#` with the word after it, line feeds, and any
 * other byte by itself. Blanks, tabs and comments separate. Invariant: each token notes where it
 * came from.
 *
 * Quirks kept: `=&` and `&&!` are one token, so is `-=-`; a NUL byte cuts the text of its token
 * short; a comment ends at the first slash that follows a star, or is right after its opening (`/*`
 * + `/`). `#FILENAME name line` renames what follows.
 * Behaviour defined by cc_reader.c of M2-Planet 1.13.1.
 */

import type { Source, ToolError } from '@stage0-ts/diagnostics';
import {
  BACKSLASH,
  DOUBLE_QUOTE,
  EQUALS,
  GREATER,
  HASH,
  LINE_FEED,
  MINUS,
  OPEN_PAREN,
  PLUS,
  SINGLE_QUOTE,
  SLASH,
  SPACE,
  STAR,
  TAB,
  ZERO,
} from './characters.ts';
import { Origin } from './origin.ts';
import { isWordByte, latin1, latin1ToName, parseInteger } from './text.ts';
import { syntheticToken, type Token, tokenError } from './token.ts';

/**
 * What tokenizing needs in addition to the bytes: the limit on length, and new identities for
 * tokens.
 */
export interface ReaderContext {
  /** Tokens must be shorter than this. */
  readonly maxString: number;
  /**
   * A byte that ends an input wherever the compiler tests for the end; undefined if there is none.
   */
  readonly endByte: number | undefined;
  nextId(): number;
}

/** The first and last token of a list. */
export interface TokenRun {
  readonly first: Token | null;
  readonly last: Token | null;
}

/** The value after the last byte. */
const END = -1;

const RUN_BYTES: Uint8Array = new Uint8Array(256);
for (const symbol of '<=>|&!^%') RUN_BYTES[symbol.charCodeAt(0)] = 1;
const WORD_BYTES: Uint8Array = new Uint8Array(256);
for (let byte = 0; byte < 256; byte++) WORD_BYTES[byte] = isWordByte(byte) ? 1 : 0;

/**
 * Tokenize one input, and append its tokens to `before`, the last token of the earlier inputs.
 *
 * @throws ToolError for an unterminated string or comment, a token that is too long, and a bad
 *   `#FILENAME`.
 */
export function readTokens(source: Source, before: Token | null, context: ReaderContext): TokenRun {
  return new Reader(source, before, context).run();
}

class Reader {
  private readonly bytes: Uint8Array;
  private readonly text: string;
  private readonly context: ReaderContext;
  private origin: Origin;
  private at = 0;
  private first: Token | null = null;
  private last: Token | null;
  /** True from `#define` up to the word after it, to tell F(x) from F (x). */
  private afterDefine = false;

  constructor(source: Source, before: Token | null, context: ReaderContext) {
    this.bytes = source.bytes;
    this.text = latin1(source.bytes);
    this.context = context;
    this.origin = Origin.ofSource(source);
    this.last = before;
  }

  run(): TokenRun {
    while (this.peek() !== END) {
      const made = this.readToken();
      if (this.last === null) throw this.error("Empty files don't need to be compiled");
      if (made && this.last.text === '#FILENAME') this.changeFilename();
    }
    return { first: this.first, last: this.last };
  }

  /** Skip blanks and comments, and append one token; false at the end of the input. */
  private readToken(): boolean {
    this.skipSpace();
    const start = this.at;
    const byte = this.peek();
    if (byte === END) return false;
    if (byte === HASH) this.readDirective(start);
    else if (WORD_BYTES[byte] === 1) {
      this.skip(WORD_BYTES);
      this.append(start, this.at);
      if (this.afterDefine && this.peek() !== OPEN_PAREN) this.appendText(' ', start);
      this.afterDefine = false;
    } else {
      this.skipSymbol(byte);
      this.append(start, byte === SINGLE_QUOTE || byte === DOUBLE_QUOTE ? this.at - 1 : this.at);
    }
    return true;
  }

  /** One token: `#` and a word. Blanks between them are dropped. */
  private readDirective(start: number): void {
    this.at++;
    while (this.peek() === SPACE || this.peek() === TAB) this.at++;
    const word = this.at;
    this.skip(WORD_BYTES);
    const text = `#${this.text.slice(word, this.at)}`;
    if (text === '#define') this.afterDefine = true;
    this.appendText(text, start);
  }

  private skipSymbol(byte: number): void {
    if (RUN_BYTES[byte] === 1) {
      this.skip(RUN_BYTES);
    } else if (byte === SINGLE_QUOTE || byte === DOUBLE_QUOTE) this.skipString(byte);
    else {
      this.at++;
      if (byte === PLUS) {
        this.accept(EQUALS);
        this.accept(PLUS);
      } else if (byte === MINUS) {
        this.accept(EQUALS);
        this.accept(GREATER);
        this.accept(MINUS);
      } else if (byte === STAR || byte === SLASH) this.accept(EQUALS);
    }
  }

  private skipString(quote: number): void {
    const start = this.at++;
    for (; ; this.at++) {
      const byte = this.peek();
      if (byte === END) throw this.error('Unterminated string', start);
      if (byte === quote) break;
      if (byte !== BACKSLASH) continue;
      this.at++;
      if (this.peek() === END) throw this.error('Unterminated string', start);
    }
    this.at++;
  }

  /** Skip blanks, tabs, comments, and line feeds after a backslash. */
  private skipSpace(): void {
    for (;;) {
      const byte = this.peek();
      if (byte === SPACE || byte === TAB) this.at++;
      else if (byte === BACKSLASH && this.bytes[this.at + 1] === LINE_FEED) this.at += 2;
      else if (byte === SLASH && this.bytes[this.at + 1] === STAR) this.skipBlockComment();
      else if (byte === SLASH && this.bytes[this.at + 1] === SLASH) {
        const end = this.bytes.indexOf(LINE_FEED, this.at);
        if (end < 0) throw this.error('a // comment must end in a newline'); // upstream hangs
        this.at = end;
      } else return;
    }
  }

  private skipBlockComment(): void {
    const start = this.at;
    const next = () => {
      this.at++;
      if (this.peek() === END) throw this.error('Hit EOF inside of block comment', start);
    };
    this.at += 2; // the byte here is not tested for the end of the input
    while (this.peek() !== SLASH) {
      while (this.peek() !== STAR) next();
      next();
    }
    this.at++;
  }

  /** `#FILENAME name line`: both words are taken out of the token list. */
  private changeFilename(): void {
    const directive = this.last as Token;
    this.drop(directive);
    while (this.peek() === SPACE || this.peek() === TAB || this.peek() === LINE_FEED) this.at++;
    const start = this.at;
    while (this.peek() !== SPACE && this.peek() !== TAB && this.peek() !== LINE_FEED) {
      if (this.peek() === END)
        throw tokenError(directive, 'filename', '#FILENAME failed to receive filename');
      this.at++;
    }
    this.append(start, this.at);
    const name = this.last as Token;
    this.drop(name);
    this.afterDefine = false;
    if (!this.readToken())
      throw tokenError(directive, 'filename', '#FILENAME failed to receive a line number');
    const number = this.last as Token;
    const line = parseInteger(number.text);
    if (line === 0 && number.first !== ZERO) {
      throw tokenError(number, 'filename', `non-line number: ${number.text} provided to #FILENAME`);
    }
    // Upstream has already read the byte after the number, so only later line feeds count.
    this.origin = this.origin.renamed(latin1ToName(name.text), line, number.end + 1);
    this.drop(number);
  }

  private peek(): number {
    const byte = this.bytes[this.at];
    return byte === undefined || byte === this.context.endByte ? END : byte;
  }

  private accept(byte: number): void {
    if (this.peek() === byte) this.at++;
  }

  private skip(set: Uint8Array): void {
    while (this.at < this.bytes.length && set[this.bytes[this.at] as number] === 1) this.at++;
  }

  /** Append the token of bytes[start, end). */
  private append(start: number, end: number): void {
    let text = this.text.slice(start, end);
    const nul = text.indexOf('\0');
    if (end - start >= this.context.maxString) this.tooLong(start);
    if (nul >= 0) text = text.slice(0, nul);
    this.link(text, start);
  }

  private appendText(text: string, start: number): void {
    if (text.length >= this.context.maxString) this.tooLong(start);
    this.link(text, start);
  }

  private link(text: string, start: number): void {
    const token: Token = {
      text,
      first: text === '' ? 0 : text.charCodeAt(0),
      next: null,
      prev: this.last,
      id: this.context.nextId(),
      origin: this.origin,
      start,
      end: this.at,
      depth: 0,
      use: null,
    };
    if (this.last !== null) this.last.next = token;
    if (this.first === null) this.first = token;
    this.last = token;
  }

  private drop(token: Token): void {
    if (this.first === token) this.first = null;
    this.last = token.prev;
    if (this.last !== null) this.last.next = null;
  }

  private tooLong(start: number): never {
    throw this.error(
      'Token exceeded MAX_STRING char limit use --max-string number to increase',
      start,
    );
  }

  private error(message: string, start: number = this.at): ToolError {
    const token = { ...syntheticToken('', 0, this.origin), start, end: start };
    return tokenError(token, 'syntax', message);
  }
}
