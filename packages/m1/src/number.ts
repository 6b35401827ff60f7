// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * Numbers in M1 source: text → signed 32-bit value.
 *
 * Behaviour defined by strtoint in M2libc/bootstrappable.c of stage0-posix 1.9.1.
 */

/**
 * number = ( '0b' | '0x' | '0' | ) [ '-' ] { digit | '_' }, in bytes[start, end).
 *
 * Quirk kept: what does not parse is 0. Wraps at 2^32.
 */
export function parseNumber(bytes: Uint8Array, start: number, end: number): number {
  if (start < end && bytes[start] === 0x30) {
    const prefix = start + 1 < end ? bytes[start + 1] : 0;
    if (prefix === 0x62) return parseDigits(bytes, start + 2, end, 2); // 0b
    if (prefix === 0x78) return parseDigits(bytes, start + 2, end, 16); // 0x
    return parseDigits(bytes, start + 1, end, 8);
  }
  return parseDigits(bytes, start, end, 10);
}

function parseDigits(bytes: Uint8Array, start: number, end: number, radix: number): number {
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

/** Value of a hexadecimal digit in either case; 16 for anything else. */
function digitOf(byte: number): number {
  if (byte >= 0x30 && byte <= 0x39) return byte - 0x30;
  const letter = byte & ~0x20; // upper case
  return letter >= 0x41 && letter <= 0x46 ? letter - 0x41 + 10 : 16;
}
