// SPDX-License-Identifier: GPL-3.0-or-later
/** Numbers as M1 text in quotes: `'00000001'`, in base 16, 8 or 2, in either byte order. */

/** 16: two digits for each byte; 8: three; 2: eight. */
export type Radix = 16 | 8 | 2;

const DIGITS_PER_BYTE: Readonly<Record<Radix, number>> = { 16: 2, 8: 3, 2: 8 };

/**
 * `value`, which is not negative, in `bytes` bytes.
 *
 * Quirk kept: in octal the value is one number of 3, 6 or 12 digits, cut into groups of three. For
 * values above 255, these are not the values of the bytes.
 */
export function quoted(value: number, bytes: 1 | 2 | 4, radix: Radix, bigEndian: boolean): string {
  const width = DIGITS_PER_BYTE[radix];
  const digits = value
    .toString(radix)
    .toUpperCase()
    .padStart(bytes * width, '0');
  if (bigEndian) return `'${digits}'`;
  let swapped = '';
  for (let end = digits.length; end > 0; end -= width) swapped += digits.slice(end - width, end);
  return `'${swapped}'`;
}
