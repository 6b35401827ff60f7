// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * C source → where its tokens end, one at a time. White space is a token a character; comments are
 * tokens.
 *
 * Behaviour defined by M2-Mesoplanet 1.13.0, cc_reader.c (get_token and what it calls).
 */
import { decodeLatin1 } from '@stage0-ts/bytes';
import { errorAt, type Source, type ToolError } from '@stage0-ts/diagnostics';

/** Character classes, as bits. */
const WORD_START = 1; // letters, digits, _
const WORD = 2; // the same and :, which belongs to a label
const OPERATOR = 4; // these join to one token: < = > | & ! ^ %

const CLASSES: Uint8Array = classTable();

const INCLUDE = '#include';
const SLASH = 0x2f;
const STAR = 0x2a;
const EQUALS = 0x3d;
const LINE_FEED = 0x0a;

export class Scanner {
  readonly source: Source;
  /** The bytes as a byte string, from which tokens are cut. */
  readonly text: string;
  /** Offset of the next byte. */
  at = 0;
  /** Longest token, in bytes. */
  private readonly limit: number;
  private readonly bytes: Uint8Array;
  /** Lines are counted only when somebody asks for one: a line, counted from 1, and its offset. */
  private countedLine = 1;
  private countedTo = 0;

  /** @param limit upstream's --max-string; tokens must be shorter. */
  constructor(source: Source, limit: number) {
    this.source = source;
    this.bytes = source.bytes;
    this.text = decodeLatin1(source.bytes);
    this.limit = limit;
    const nul = this.bytes.indexOf(0);
    if (nul >= 0) throw errorAt(source, nul, 'nul-byte', 'a NUL byte is not allowed in C source');
  }

  /** True at the end of the source. */
  get atEnd(): boolean {
    return this.at >= this.bytes.length;
  }

  /** Line of the next byte. */
  get line(): number {
    const { bytes } = this;
    for (;;) {
      const lineFeed = bytes.indexOf(LINE_FEED, this.countedTo);
      if (lineFeed < 0 || lineFeed >= this.at) return this.countedLine;
      this.countedLine++;
      this.countedTo = lineFeed + 1;
    }
  }

  set line(line: number) {
    this.countedLine = line;
    this.countedTo = this.at;
  }

  /**
   * Step over the next token; true if it is an #include. Throws ToolError for an unterminated
   * string or comment.
   */
  skip(): boolean {
    const start = this.at;
    this.skipToken();
    this.checkLength(start);
    return this.at - start === INCLUDE.length && this.text.startsWith(INCLUDE, start);
  }

  /**
   * The file name of an #include, from its opening `"` or `<` up to the closing one, which is
   * skipped. White space before the name, including line ends, is skipped too.
   */
  includeName(): string {
    const directive = this.at;
    while (isBlank(this.peek())) this.at++;
    const open = this.peek();
    if (open !== 0x22 && open !== 0x3c) {
      throw this.error(directive, 'bad-include', '#include expects "file" or <file>');
    }
    const start = this.at++;
    const close = open === 0x3c ? 0x3e : open;
    while (this.peek() !== close) {
      if (this.atEnd)
        throw this.error(start, 'unterminated-include', 'Unterminated filename in #include');
      this.at++;
    }
    this.checkLength(start);
    return this.text.slice(start, this.at++);
  }

  private checkLength(start: number): void {
    if (this.at - start >= this.limit) {
      throw this.error(
        start,
        'token-too-long',
        'Token exceeded MAX_STRING char limit; use --max-string number to increase',
      );
    }
  }

  private skipToken(): void {
    const first = this.bytes[this.at++] as number;
    const kind = CLASSES[first] as number;
    if (kind & WORD_START) this.skipClass(WORD);
    else if (kind & OPERATOR) this.skipClass(OPERATOR);
    else if (first === 0x23)
      this.skipClass(WORD_START); // #directive
    else if (first === 0x22 || first === 0x27) this.skipString(first);
    else if (first === SLASH) this.skipSlash();
    else if (first === STAR) this.skipOne(EQUALS);
    else if (first === 0x2b) {
      // Quirk kept: each of these may follow another, so that not only += and ++ are tokens but
      // also +=+.
      this.skipOne(EQUALS);
      this.skipOne(0x2b);
    } else if (first === 0x2d) {
      this.skipOne(EQUALS);
      this.skipOne(0x3e);
      this.skipOne(0x2d);
    }
  }

  private skipClass(kind: number): void {
    while (((CLASSES[this.peek()] as number) & kind) !== 0) this.at++;
  }

  private skipOne(byte: number): void {
    if (this.peek() === byte) this.at++;
  }

  private skipString(quote: number): void {
    const start = this.at - 1;
    for (let escaped = false; ; this.at++) {
      if (this.atEnd) throw this.error(start, 'unterminated-string', 'Unterminated string');
      const byte = this.peek();
      if (byte === quote && !escaped) break;
      escaped = !escaped && byte === 0x5c;
    }
    this.at++;
  }

  private skipSlash(): void {
    const start = this.at - 1;
    if (this.peek() === STAR) {
      this.at++;
      this.skipBlockComment(start);
    } else if (this.peek() === SLASH) {
      // Quirk kept: the comment includes the line end, so a directive on the next line does not
      // count as one.
      const end = this.bytes.indexOf(LINE_FEED, this.at);
      if (end < 0)
        throw this.error(start, 'unterminated-comment', 'Hit EOF inside of line comment');
      this.at = end + 1;
    } else this.skipOne(EQUALS);
  }

  /**
   * Quirk kept: the first star may also end the comment, so "/*" and a slash is a whole comment.
   */
  private skipBlockComment(start: number): void {
    for (let before = STAR; ; this.at++) {
      if (this.atEnd)
        throw this.error(start, 'unterminated-comment', 'Hit EOF inside of block comment');
      const byte = this.peek();
      if (before === STAR && byte === SLASH) break;
      before = byte;
    }
    this.at++;
  }

  /** The next byte, or 0 at the end; a source has no other bytes 0. */
  private peek(): number {
    return this.bytes[this.at] ?? 0;
  }

  private error(offset: number, code: string, message: string): ToolError {
    return errorAt(this.source, offset, code, message);
  }
}

function isBlank(byte: number): boolean {
  return byte === 0x20 || byte === 0x09 || byte === LINE_FEED;
}

function classTable(): Uint8Array {
  const table = new Uint8Array(256);
  const mark = (characters: string, bits: number) => {
    for (const character of characters) table[character.charCodeAt(0)] = bits;
  };
  mark('abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_', WORD_START | WORD);
  mark(':', WORD);
  mark('<=>|&!^%', OPERATOR);
  return table;
}
