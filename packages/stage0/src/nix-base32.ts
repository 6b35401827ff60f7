// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * A digest in hexadecimal → the same in the base 32 that Nix and Guix write in their package definitions.
 *
 * The digest is one number, whose lowest byte is the first; its digits of five bits follow, the highest first.
 */

/** Digits and letters without e, o, t and u. */
const DIGITS = '0123456789abcdfghijklmnpqrsvwxyz';

/** @param hex two digits for each byte. */
export function nixBase32(hex: string): string {
  const bytes = (hex.match(/../g) ?? []).map((pair) => Number.parseInt(pair, 16));
  const count = Math.ceil((bytes.length * 8) / 5);
  const bitsAt = (bit: number): number => {
    const [at, shift] = [bit >> 3, bit & 7];
    return (((bytes[at] ?? 0) | ((bytes[at + 1] ?? 0) << 8)) >> shift) & 31;
  };
  const digits = Array.from({ length: count }, (_, at) => DIGITS[bitsAt((count - 1 - at) * 5)]);
  return digits.join('');
}
