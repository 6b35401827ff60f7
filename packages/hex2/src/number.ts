// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * Numbers as mescc-tools' command lines and sources write them: text → signed 32-bit value.
 *
 * Behaviour defined by strtoint in M2libc/bootstrappable.c of stage0-posix 1.9.1.
 */

/**
 * number = ( '0b' | '0x' | '0' | ) [ '-' ] { digit | '_' }
 *
 * Quirk kept: what does not parse, `08048000` (octal) and `0X10` among it, is 0. Wraps at 2^32.
 */
export function parseNumber(text: string): number {
  if (text.startsWith('0b')) return parseDigits(text.slice(2), 2);
  if (text.startsWith('0x')) return parseDigits(text.slice(2), 16);
  if (text.startsWith('0')) return parseDigits(text.slice(1), 8);
  return parseDigits(text, 10);
}

function parseDigits(text: string, radix: number): number {
  const negative = text.startsWith('-');
  let value = 0;
  for (const character of negative ? text.slice(1) : text) {
    if (character === '_') continue;
    const digit = '0123456789abcdef'.indexOf(character.toLowerCase());
    if (digit < 0 || digit >= radix) return 0;
    value = (Math.imul(value, radix) + digit) | 0;
  }
  return negative ? -value | 0 : value;
}
