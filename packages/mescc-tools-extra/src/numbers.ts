// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * Numbers as mescc-tools-extra reads them: a file mode or an octal field → an integer.
 *
 * Behaviour defined by strtoint of M2libc/bootstrappable.c and parseoct of mescc-tools-extra/untar.c,
 * stage0-posix 1.9.1.
 */

const DIGITS = '0123456789ABCDEF';

/**
 * A mode operand. Upstream puts a `0` before it and reads a C number: octal, but `x1ff` is hexadecimal and
 * `b101` binary. Underscores are skipped, a sign is allowed, and anything else makes it 0.
 *
 * @returns the twelve permission bits.
 */
export function parseMode(operand: string): number {
  if (operand.startsWith('b')) return readDigits(operand.slice(1), 2) & 0o7777;
  if (operand.startsWith('x')) return readDigits(operand.slice(1), 16) & 0o7777;
  return readDigits(operand, 8) & 0o7777;
}

function readDigits(text: string, base: number): number {
  const negative = text.startsWith('-');
  let value = 0;
  for (const character of negative ? text.slice(1) : text) {
    if (character === '_') continue;
    const digit = DIGITS.indexOf(/[a-f]/.test(character) ? character.toUpperCase() : character);
    if (digit < 0 || digit >= base) return 0;
    value = (Math.imul(value, base) + digit) | 0;
  }
  return negative ? -value : value;
}
