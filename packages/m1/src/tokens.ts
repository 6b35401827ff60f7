// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * First stage of M1: sources → tokens.
 *
 * A token is the number of its text. Comments are line ends, runs of line ends are one, and none
 * comes first. Invariant: each source ends in a line end if any token came before.
 *
 * Behaviour defined by Tokenize_Line in mescc-tools/M1-macro.c of stage0-posix 1.9.1.
 */
import { NameTable } from '@stage0-ts/bytes';
import { errorAt, type Report, type Source } from '@stage0-ts/diagnostics';

/** Longest atom in bytes: upstream has a buffer of 4096, the last byte zero. */
const MAX_ATOM = 4095;
/** Longest string in bytes: the opening quote is one of upstream's 4095 characters. */
const MAX_STRING = 4094;

const NEWLINE_TEXT = new Uint8Array([0x0a]);
const DEFINE_TEXT = new Uint8Array([0x44, 0x45, 0x46, 0x49, 0x4e, 0x45]);

/** 1 for bytes that end an atom: tab, newline, blank; 2 for NUL, which no atom may contain. */
const ATOM_ENDS: Uint8Array = atomEndTable();

/** The numbers of token texts that every run has. */
export const NEWLINE = 0;
export const DEFINE = 1;

/**
 * The tokens. Each different text has a number. A string's text has the opening quote but not the
 * closing one.
 */
export class Tokens {
  readonly sources: readonly Source[];
  readonly names: NameTable = new NameTable();
  /** How many tokens there are. */
  count = 0;
  /**
   * The number of each token's text, in the order of the tokens. There is room for one token per
   * byte.
   */
  readonly texts: Int32Array;
  /** Offset of each token in its source. */
  readonly offsets: Int32Array;
  /** Index of the first token of each source. */
  readonly starts: number[] = [];

  constructor(sources: readonly Source[]) {
    this.sources = sources;
    const room = sources.reduce((total, { bytes }) => total + bytes.length + 1, 0);
    this.texts = new Int32Array(room);
    this.offsets = new Int32Array(room);
    this.names.intern(NEWLINE_TEXT, 0, NEWLINE_TEXT.length);
    this.names.intern(DEFINE_TEXT, 0, DEFINE_TEXT.length);
    for (const source of sources) {
      this.starts.push(this.count);
      readSource(this, source);
    }
  }

  add(text: number, offset: number): void {
    this.texts[this.count] = text;
    this.offsets[this.count++] = offset;
  }

  /** Number of the source of the token with this index in `texts`. */
  sourceOf(index: number): number {
    let low = 0;
    let high = this.starts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((this.starts[middle] as number) <= index) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  /** Offset after the token with this index: after the closing quote of a string. */
  endOf(index: number, source: number): number {
    const start = this.offsets[index] as number;
    const text = this.names.bytes(this.texts[index] as number);
    const quoted = text[0] === 0x22 || text[0] === 0x27;
    const { bytes } = this.sources[source] as Source;
    return Math.min(start + text.length + (quoted ? 1 : 0), bytes.length);
  }

  /** Report the token with this index in `texts`. */
  report(report: Report, index: number, code: string, message: string): void {
    const source = this.sources[this.sourceOf(index)] as Source;
    report(source, this.offsets[index] as number, code, message);
  }

  /** An error at the token with this index in `texts`. */
  errorAt(index: number, code: string, message: string): Error {
    const offset = this.offsets[index] as number;
    return errorAt(this.sources[this.sourceOf(index)] as Source, offset, code, message);
  }
}

/** source = { atom | string | comment | blank | newline } */
function readSource(tokens: Tokens, source: Source): void {
  const { bytes } = source;
  for (let at = 0; at < bytes.length; ) {
    switch (bytes[at]) {
      case 0x09:
      case 0x20:
        at++;
        break;
      case 0x0a:
        addNewline(tokens, at++);
        break;
      case 0x23: // #
      case 0x3b: // ;
        at = commentEnd(bytes, at);
        addNewline(tokens, at - 1);
        break;
      case 0x22: // "
      case 0x27: // '
        at = readString(tokens, source, at);
        break;
      default:
        at = readAtom(tokens, source, at);
    }
  }
  addNewline(tokens, bytes.length);
}

function addNewline(tokens: Tokens, offset: number): void {
  const { count, texts } = tokens;
  if (count > 0 && texts[count - 1] !== NEWLINE) tokens.add(NEWLINE, offset);
}

/** Offset after the LF or CR that ends the comment at `start`. The end of the file also ends it. */
function commentEnd(bytes: Uint8Array, start: number): number {
  let at = start;
  while (at < bytes.length && bytes[at] !== 0x0a && bytes[at] !== 0x0d) at++;
  return at + 1;
}

/** atom = all characters up to a tab, newline, blank or the end of the file */
function readAtom(tokens: Tokens, source: Source, start: number): number {
  const { bytes } = source;
  let end = start;
  for (; end < bytes.length; end++) {
    const kind = ATOM_ENDS[bytes[end] as number];
    if (kind === 0) continue;
    if (kind === 1) break;
    throw errorAt(source, end, 'bad-token', 'NUL in a token');
  }
  if (end - start > MAX_ATOM) {
    const message = `a token of ${end - start} characters: at most ${MAX_ATOM} are possible`;
    throw errorAt(source, start, 'long-token', message);
  }
  tokens.add(tokens.names.intern(bytes, start, end), start);
  return end;
}

/**
 * string = quote { any character } the same quote; it may contain newlines, and there are no
 * escapes.
 */
function readString(tokens: Tokens, source: Source, start: number): number {
  const { bytes } = source;
  const end = bytes.indexOf(bytes[start] as number, start + 1);
  if (end < 0) {
    throw errorAt(source, start, 'unterminated-string', 'the file ends within a string');
  }
  const length = end - start - 1;
  if (length > MAX_STRING) {
    const message = `a string of ${length} characters: at most ${MAX_STRING} are possible`;
    throw errorAt(source, start, 'long-token', message);
  }
  const nul = bytes.subarray(start, end).indexOf(0);
  if (nul >= 0) throw errorAt(source, start + nul, 'bad-token', 'NUL in a token');
  tokens.add(tokens.names.intern(bytes, start, end), start);
  return end + 1;
}

function atomEndTable(): Uint8Array {
  const table = new Uint8Array(256);
  for (const byte of [0x09, 0x0a, 0x20]) table[byte] = 1;
  table[0] = 2;
  return table;
}
