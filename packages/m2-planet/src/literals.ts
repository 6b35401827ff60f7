// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * String and character literals → their values, and strings → the text that M1 reads.
 *
 * A "regular" string is in quotes as it is. A "weird" one, with a byte that M1 could not read back
 * (not printable, or a blank before a colon), becomes hexadecimal bytes in single quotes.
 * Values are signed bytes: `'\377'` is -1, though `'\xFF'` is 255.
 * Behaviour defined by cc_strings.c of M2-Planet 1.13.1.
 */
import { BACKSLASH, COLON } from './characters.ts';
import { hexDigit } from './text.ts';

const SIMPLE_ESCAPES: Readonly<Record<string, number>> = {
  a: 7,
  b: 8,
  t: 9,
  n: 10,
  v: 11,
  f: 12,
  r: 13,
  e: 27,
  '"': 34,
  "'": 39,
  '\\': 92,
  '?': 63,
};

/** Matches most strings: no escapes, not weird, and without a colon that might make them weird. */
const PLAIN = /^"[\t\n !#-9;-[\]-~]*$/;

/** What is wrong with a literal. The caller knows its place. */
export class LiteralError extends Error {}

/** The value of the (perhaps escaped) character at `at`; 0 after the end of the text. */
export function characterAt(text: string, at: number): number {
  if (at >= text.length) return 0;
  const code = text.charCodeAt(at);
  if (code !== BACKSLASH) return (code << 24) >> 24;
  const name = text.charAt(at + 1);
  if (name === 'x') return hexDigitValue(text, at + 2) * 16 + hexDigitValue(text, at + 3);
  const simple = SIMPLE_ESCAPES[name];
  if (simple !== undefined) return simple;
  if (isOctal(text.charCodeAt(at + 1))) return octalValue(text, at + 1);
  throw new LiteralError(`Unknown escape received: ${text.slice(at)} Unable to process`);
}

/** The length of the (perhaps escaped) character at `at`. */
function characterLength(text: string, at: number): number {
  if (text.charCodeAt(at) !== BACKSLASH) return 1;
  if (text.charAt(at + 1) === 'x') return 4;
  if (!isOctal(text.charCodeAt(at + 1))) return 2;
  let length = 2;
  while (length < 4 && isOctal(text.charCodeAt(at + length))) length++;
  return length;
}

/**
 * The M1 text of a string token (opening quote, no closing one), with its line feed.
 *
 * @throws LiteralError for an unknown escape, and for a text that does not fit into `maxString`.
 */
export function stringLiteral(token: string, maxString: number): string {
  return isWeird(token) ? weirdString(token, maxString) : regularString(token, maxString);
}

/** Quirk kept: of an escape, only the byte after its *last* character is tested for the colon. */
function isWeird(token: string): boolean {
  if (PLAIN.test(token)) return false;
  for (let at = 1; at < token.length; ) {
    const code = characterAt(token, at);
    if (code === 0 && token.charCodeAt(at) !== BACKSLASH) return false;
    at += characterLength(token, at);
    if (!isPlain(code)) return true;
    if ((code === 9 || code === 10 || code === 32) && token.charCodeAt(at) === COLON) return true;
  }
  return false;
}

/** True for tab, line feed, and printable characters except the double quote. */
function isPlain(code: number): boolean {
  return code === 9 || code === 10 || (code >= 32 && code < 127 && code !== 34);
}

function regularString(token: string, maxString: number): string {
  if (token.length <= maxString - 3 && !token.includes('\\')) return `${token}"\n`;
  let text = '';
  let length = 0;
  for (let at = 0; at < token.length; length++) {
    if (length >= maxString - 3) {
      throw new LiteralError('Attempt at parsing regular string exceeds max length');
    }
    text += String.fromCharCode(characterAt(token, at) & 0xff);
    at += characterLength(token, at);
  }
  return `${text}"\n`;
}

function weirdString(token: string, maxString: number): string {
  let text = "'";
  for (let at = 1; at < token.length; ) {
    if (text.length >= maxString - 6) {
      throw new LiteralError('Attempt at parsing weird string exceeds max length');
    }
    const code = characterAt(token, at) & 0xff;
    text += ` ${(code >> 4).toString(16)}${(code & 15).toString(16)}`.toUpperCase();
    at += characterLength(token, at);
  }
  return `${text} 00'\n`;
}

function isOctal(code: number): boolean {
  return code >= 0x30 && code <= 0x37;
}

/** Up to three octal digits. A value that exceeds a signed byte wraps. */
function octalValue(text: string, start: number): number {
  let value = 0;
  for (let at = start; at < start + 3 && isOctal(text.charCodeAt(at)); at++) {
    value = value * 8 + text.charCodeAt(at) - 0x30;
  }
  while (value > 127) value -= 256;
  return value;
}

function hexDigitValue(text: string, at: number): number {
  const digit = hexDigit(text.charCodeAt(at));
  if (digit < 0) throw new LiteralError('Tried to print non-hex number');
  return digit;
}
