// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * Bytes as Latin-1 text, classes of bytes, and numbers as upstream's library reads and prints them.
 *
 * All numbers are 32-bit integers that wrap. Behaviour defined by bootstrappable.c of M2libc, as it
 * comes with stage0-posix 1.9.1.
 */

import { decodeUtf8, encodeUtf8 } from '@stage0-ts/bytes';

const CHUNK = 4096;

/** One character a byte. */
export function latin1(bytes: Uint8Array): string {
  const parts: string[] = [];
  for (let at = 0; at < bytes.length; at += CHUNK) {
    // Measured: apply is several times faster than spreading the arguments.
    parts.push(String.fromCharCode.apply(null, codes(bytes.subarray(at, at + CHUNK))));
  }
  return parts.join('');
}

/** The standard library's types want an array; any array-like object will do. */
function codes(bytes: Uint8Array): number[] {
  return bytes as unknown as number[];
}

/** Latin-1 text back to its bytes. */
export function latin1Bytes(text: string): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i);
  return bytes;
}

/** A name of the world outside (a string) as Latin-1 text, one character a byte. */
export function nameToLatin1(name: string): string {
  return isAscii(name) ? name : latin1(encodeUtf8(name));
}

/** Latin-1 text as a name of the world outside. */
export function latin1ToName(text: string): string {
  return isAscii(text) ? text : decodeUtf8(latin1Bytes(text));
}

function isAscii(text: string): boolean {
  for (let i = 0; i < text.length; i++) if (text.charCodeAt(i) > 0x7f) return false;
  return true;
}

/** Letters, digits and underscore: what names and numbers are made of. */
export function isWordByte(byte: number): boolean {
  return isNameStart(byte) || isDigit(byte);
}

/** A letter or an underscore. */
export function isNameStart(byte: number): boolean {
  return (byte >= 0x61 && byte <= 0x7a) || (byte >= 0x41 && byte <= 0x5a) || byte === 0x5f;
}

/** A decimal digit. */
export function isDigit(byte: number): boolean {
  return byte >= 0x30 && byte <= 0x39;
}

/**
 * A number as upstream reads it: `0b` binary, `0x` hexadecimal, a leading `0` octal, else decimal.
 *
 * Quirks kept: underscores are skipped; a sign may follow the prefix; a digit or suffix that does not
 * belong makes the whole number 0 (`10u`, `089`, `0X1`); too large a number wraps.
 */
export function parseInteger(text: string): number {
  if (text.startsWith('0b')) return parseDigits(text, 2, 2);
  if (text.startsWith('0x')) return parseDigits(text, 2, 16);
  if (text.startsWith('0')) return parseDigits(text, 1, 8);
  return parseDigits(text, 0, 10);
}

function parseDigits(text: string, start: number, base: number): number {
  let value = 0;
  const negative = text.charCodeAt(start) === 0x2d;
  for (let at = negative ? start + 1 : start; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === 0x5f) continue;
    const digit = hexDigit(code);
    if (digit < 0 || digit >= base) return 0;
    value = (Math.imul(value, base) + digit) | 0;
  }
  return negative ? -value | 0 : value;
}

/** The value of a hexadecimal digit, or -1. */
export function hexDigit(code: number): number {
  if (code >= 0x30 && code <= 0x39) return code - 0x30;
  if (code >= 0x61 && code <= 0x66) return code - 0x57;
  if (code >= 0x41 && code <= 0x46) return code - 0x37;
  return -1;
}

/** Unsigned decimal, as most numbers in the output are. */
export function unsigned(value: number): string {
  return String(value >>> 0);
}
