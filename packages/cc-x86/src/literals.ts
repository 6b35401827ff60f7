// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * Character and string literals, and the lengths of arrays: token → number, or token → M1 data.
 *
 * A string is printed as an M1 string if M1 can read it back, otherwise as hexadecimal bytes.
 * Invariant: a literal is read as it is in upstream's buffer, with NULs after its last byte.
 *
 * Behaviour defined by x86/cc_x86.M1 of stage0-posix 1.9.1 (escape_lookup, weird,
 * collect_regular_string, collect_weird_string, numerate_string).
 */
import { errorAt, type Source } from '@stage0-ts/diagnostics';
import { MAX_TOKEN, type Token } from './reader.ts';

const BACKSLASH = 0x5c;
const LETTER_X = 0x78;
/**
 * Size in bytes of the printed form with its terminator, both as a string and as hexadecimal bytes.
 */
const MAX_STRING = 256;
const MAX_HEXADECIMAL = 512;

/** Escapes of one letter; the backslash and both quotes mean themselves. */
const ESCAPES: ReadonlyMap<string, number> = new Map([
  ['n', 10],
  ['t', 9],
  ['r', 13],
  ['\\', 92],
  ["'", 39],
  ['"', 34],
]);

const PRINTABLE: Uint8Array = setOf(
  "\t\n !#$%&'()*+,-./0123456789:;<=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[\\]^_`abcdefghijklmnopqrstuvwxyz{|}~\0",
);
/**
 * Bytes after which a colon would start a label. Quirk kept: upstream's list lacks its terminator,
 * so the machine code after it, which begins with the letters S, Q and R, counts too.
 */
const BEFORE_LABEL: Uint8Array = setOf('\t\n\r SQR\0');

/** The value of a character literal: the value of its first character or escape; 0 for `''`. */
export function readCharacter(source: Source, token: Token): number {
  return characterAt(source, token, 1);
}

/** A string literal as M1 data, with the newline. */
export function encodeString(source: Source, token: Token): string {
  return isWeird(source, token) ? encodeHexadecimal(source, token) : encodeQuoted(source, token);
}

/**
 * The number in a token: decimal, or hexadecimal after `?x`; 0 if a character is not a digit. Wraps
 * at 32 bits.
 */
export function readInteger(token: Token): number {
  const { raw } = token;
  let value = 0;
  if (raw[1] === 'x') {
    for (let i = 2; i < raw.length && raw[i] !== '\0'; i++) {
      let digit = raw.charCodeAt(i) - 0x30;
      if (digit >= 10) digit -= 7; // only capitals reach 10 to 15
      if (digit < 0 || digit > 15) return 0;
      value = ((value << 4) + digit) | 0;
    }
    return value;
  }
  const start = raw[0] === '-' ? 1 : 0;
  for (let i = start; i < raw.length && raw[i] !== '\0'; i++) {
    const digit = raw.charCodeAt(i) - 0x30;
    if (digit < 0 || digit > 9) return 0;
    value = (Math.imul(value, 10) + digit) | 0;
  }
  return start === 1 ? -value | 0 : value;
}

/**
 * The character or escape at `index` of a literal. `\xHH` is 16 times the first digit plus the
 * second; quirk kept: characters before the digits in ASCII count down from 0, and so does the end
 * of the literal.
 */
function characterAt(source: Source, token: Token, index: number): number {
  const first = byteAt(source, token, index);
  if (first !== BACKSLASH) return first;
  const letter = byteAt(source, token, index + 1);
  if (letter === LETTER_X) {
    return (hexDigit(source, token, index + 2) << 4) + hexDigit(source, token, index + 3);
  }
  const value = ESCAPES.get(String.fromCharCode(letter));
  if (value === undefined) {
    throw errorAt(source, token.at + index, 'unknown-escape', 'an escape that is not known');
  }
  return value;
}

function hexDigit(source: Source, token: Token, index: number): number {
  const digit = byteAt(source, token, index) - 0x30;
  if (digit < 10) return digit;
  const letter = (digit & 0xdf) - 7;
  if (letter < 10 || letter > 15) {
    throw errorAt(source, token.at + index, 'bad-digit', 'expected a hexadecimal digit');
  }
  return letter;
}

/** True if M1 could not read the string back: it has a special byte, or a label. */
function isWeird(source: Source, token: Token): boolean {
  let index = 1;
  while (byteAt(source, token, index) !== 0) {
    const value = characterAt(source, token, index);
    index += characterLength(source, token, index);
    if (PRINTABLE[value] !== 1) return true;
    if (BEFORE_LABEL[value] === 1 && byteAt(source, token, index) === 0x3a) return true;
  }
  return false;
}

/** `"text"`. Quirk kept: an escaped NUL ends the text, quote and newline included. */
function encodeQuoted(source: Source, token: Token): string {
  const codes: number[] = [0x22];
  for (let index = 1; byteAt(source, token, index) !== 0; ) {
    codes.push(characterAt(source, token, index) & 0xff);
    index += characterLength(source, token, index);
  }
  codes.push(0x22, 0x0a);
  requireRoom(source, token, codes.length, MAX_STRING);
  const nul = codes.indexOf(0);
  return String.fromCharCode(...(nul < 0 ? codes : codes.slice(0, nul)));
}

/** `' 68 69 00'`: each byte, and the terminator. */
function encodeHexadecimal(source: Source, token: Token): string {
  let text = "'";
  for (let index = 1; byteAt(source, token, index) !== 0; ) {
    const value = characterAt(source, token, index) & 0xff;
    text += ` ${value.toString(16).toUpperCase().padStart(2, '0')}`;
    index += characterLength(source, token, index);
  }
  text += " 00'\n";
  requireRoom(source, token, text.length, MAX_HEXADECIMAL);
  return text;
}

/** Quirk kept: `\x` consumes two more bytes even if the literal has ended. */
function characterLength(source: Source, token: Token, index: number): number {
  if (byteAt(source, token, index) !== BACKSLASH) return 1;
  return byteAt(source, token, index + 1) === LETTER_X ? 4 : 2;
}

function byteAt(source: Source, token: Token, index: number): number {
  if (index < token.raw.length) return token.raw.charCodeAt(index);
  if (index >= MAX_TOKEN) {
    throw errorAt(source, token.at, 'literal-overrun', 'an escape that runs past the literal');
  }
  return 0;
}

function requireRoom(source: Source, token: Token, length: number, room: number): void {
  if (length < room) return;
  throw errorAt(
    source,
    token.at,
    'string-too-long',
    `a string of more than ${room - 1} bytes when printed`,
  );
}

function setOf(characters: string): Uint8Array {
  const table = new Uint8Array(256);
  for (let i = 0; i < characters.length; i++) table[characters.charCodeAt(i)] = 1;
  return table;
}
