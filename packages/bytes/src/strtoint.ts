// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * Numbers as all programs of upstream read them, in sources and on command lines: text → signed
 * 32-bit value.
 *
 * Behaviour defined by strtoint in M2libc/bootstrappable.c of stage0-posix 1.9.1.
 */
import { encodeUtf8 } from './utf8.ts';

const NO_DIGIT = 16;

/**
 * number = ( '0b' | '0x' | '0' | ) [ '-' ] { digit | '_' }: binary, hexadecimal, octal or decimal.
 *
 * Quirks kept: a sign may follow the prefix; underscores are skipped; any other text gives 0, for
 * example `08048000` (octal), `10u` and `0X10`; a number that is too large wraps at 2^32.
 */
export function strtoint(text: string): number {
  const bytes = encodeUtf8(text);
  return strtointOf(bytes, 0, bytes.length);
}

/** The same for bytes[start, end). */
export function strtointOf(bytes: Uint8Array, start: number, end: number): number {
  if (start === end || bytes[start] !== 0x30) return readDigits(bytes, start, end, 10);
  const prefix = start + 1 < end ? bytes[start + 1] : 0;
  if (prefix === 0x62) return readDigits(bytes, start + 2, end, 2); // 0b
  if (prefix === 0x78) return readDigits(bytes, start + 2, end, 16); // 0x
  return readDigits(bytes, start + 1, end, 8);
}

function readDigits(bytes: Uint8Array, start: number, end: number, radix: number): number {
  const negative = start < end && bytes[start] === 0x2d;
  let value = 0;
  for (let at = negative ? start + 1 : start; at < end; at++) {
    const byte = bytes[at] as number;
    if (byte === 0x5f) continue; // _
    const digit = digitOf(byte);
    if (digit >= radix) return 0;
    value = (Math.imul(value, radix) + digit) | 0;
  }
  return negative ? -value | 0 : value;
}

/** Value of a hexadecimal digit in either case. */
function digitOf(byte: number): number {
  if (byte >= 0x30 && byte <= 0x39) return byte - 0x30;
  const letter = byte & ~0x20; // upper case
  return letter >= 0x41 && letter <= 0x46 ? letter - 0x41 + 10 : NO_DIGIT;
}
