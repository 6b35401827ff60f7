// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * The reader: source bytes → the list of tokens that the parser walks.
 *
 * A token is a word of letters, digits and underscores, a run of the characters `<=>|&!-`, a string
 * or character literal without its closing quote, or any other single byte. Blanks, `#` lines, `//`
 * lines and block comments are between tokens. Invariant: every token knows the byte that it begins
 * at.
 *
 * Behaviour defined by x86/cc_x86.M1 of stage0-posix 1.9.1 (get_token and what it calls).
 */
import { decodeLatin1 } from '@stage0-ts/bytes';
import { errorAt, type Source } from '@stage0-ts/diagnostics';
import type { Dialect } from './dialects.ts';

export interface Token {
  /**
   * The text that the compiler compares and prints: the characters before the first NUL, one for
   * each byte.
   */
  readonly text: string;
  /** All bytes of the token, including NULs. The same string as `text` if it has none. */
  readonly raw: string;
  /** Offset of the first byte in the source. */
  readonly at: number;
  /** Offset after the last byte. A closing quote and a label's colon are included. */
  readonly end: number;
}

/** Longest token with its terminator, in bytes. */
export const MAX_TOKEN = 256;

const LINE_FEED = 0x0a;
const QUOTE = 0x22;
const APOSTROPHE = 0x27;
const STAR = 0x2a;
const SLASH = 0x2f;
const COLON = 0x3a;
const BACKSLASH = 0x5c;
/** Quirk kept: this byte between tokens reads as the end of the file. */
const END_OF_FILE = 0xfc;

/** The classes of bytes at the start of a token. */
const OTHER = 0;
const BLANK = 1;
const WORD = 2;
const SYMBOL = 3;
const CLASSES: Uint8Array = classTable();

/**
 * Split the source into tokens. Throws a ToolError for an unterminated comment or literal and for a
 * token that is too long.
 */
export function readTokens(source: Source, { hasLineComments }: Dialect): Token[] {
  const { bytes } = source;
  const tokens: Token[] = [];
  let at = 0;
  while (at < bytes.length) {
    const first = bytes[at] as number;
    const second = bytes[at + 1];
    const kind = CLASSES[first] as number;
    let end = at + 1;
    if (kind === BLANK) {
      at = end;
      continue;
    }
    if (first === END_OF_FILE) break;
    if (first === 0x23 || (first === SLASH && second === SLASH)) {
      at = first === 0x23 || hasLineComments ? lineCommentEnd(source, at) : at + 2;
      continue;
    }
    if (first === SLASH && second === STAR) {
      at = blockCommentEnd(source, at);
      continue;
    }
    let isLabel = false;
    if (kind === WORD || kind === SYMBOL) {
      while (end < bytes.length && CLASSES[bytes[end] as number] === kind) end++;
      isLabel = kind === WORD && bytes[end] === COLON;
    } else if (first === QUOTE || first === APOSTROPHE) end = literalEnd(source, at, first);
    // The closing quote, or the colon of a label, is consumed with its token.
    const next = isLabel || first === QUOTE || first === APOSTROPHE ? end + 1 : end;
    const token = makeToken(bytes, at, end, isLabel, next);
    if (token.raw.length >= MAX_TOKEN) {
      throw errorAt(source, at, 'token-too-long', `a token of more than ${MAX_TOKEN - 1} bytes`);
    }
    tokens.push(token);
    at = next;
  }
  return tokens;
}

/** `#…` and `//…` extend to a line feed, which must exist: without it, upstream loops for ever. */
function lineCommentEnd(source: Source, at: number): number {
  const newline = source.bytes.indexOf(LINE_FEED, at + 1);
  if (newline < 0) {
    throw errorAt(
      source,
      at,
      'unterminated-comment',
      'the last line is a comment without a newline',
    );
  }
  return newline + 1;
}

/**
 * A block comment ends at the first slash after a star, or directly after its opening: `/` `*` `/`
 * is a whole comment.
 */
function blockCommentEnd(source: Source, at: number): number {
  const { bytes } = source;
  let next = at + 2;
  while (bytes[next] !== SLASH) {
    const star = bytes.indexOf(STAR, next);
    if (star < 0) throw errorAt(source, at, 'unterminated-comment', 'a comment that never ends');
    next = star + 1;
  }
  return next + 1;
}

/** The offset of the closing quote. A byte after a backslash is not a closing quote. */
function literalEnd(source: Source, at: number, quote: number): number {
  const { bytes } = source;
  for (let end = at + 1; end < bytes.length; end++) {
    if (bytes[end] === BACKSLASH) end++;
    else if (bytes[end] === quote) return end;
  }
  throw errorAt(source, at, 'unterminated-literal', 'a string or character that never ends');
}

/** Quirk kept: a label's colon moves to the front, and replaces the first NUL if there is one. */
function makeToken(
  bytes: Uint8Array,
  at: number,
  end: number,
  isLabel: boolean,
  next: number,
): Token {
  let raw = latin1(bytes, at, end);
  let nul = raw.indexOf('\0');
  if (isLabel) {
    raw = nul < 0 ? `:${raw}` : `:${raw.slice(0, nul)}${raw.slice(nul + 1)}`;
    nul = raw.indexOf('\0');
  }
  return { text: nul < 0 ? raw : raw.slice(0, nul), raw, at, end: next };
}

function latin1(bytes: Uint8Array, start: number, end: number): string {
  if (end - start > MAX_TOKEN) return ' '.repeat(MAX_TOKEN); // the caller will refuse this
  return decodeLatin1(bytes, start, end);
}

/** Quirk kept: NUL counts as a letter. */
function classTable(): Uint8Array {
  const table = new Uint8Array(256).fill(OTHER);
  const mark = (characters: string, kind: number): void => {
    for (let i = 0; i < characters.length; i++) table[characters.charCodeAt(i)] = kind;
  };
  mark(' \t\n', BLANK);
  mark('0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz\0', WORD);
  mark('<=>|&!-', SYMBOL);
  return table;
}
