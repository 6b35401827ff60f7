// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * A digest in hexadecimal → the same in the base 32 and the base 64 of the package definitions of
 * Nix and Guix.
 *
 * The digest is read as one number, lowest byte first, and written in digits of five bits, highest
 * first.
 */

const BASE64 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';

/** Digits and letters without e, o, t and u. */
const DIGITS = '0123456789abcdfghijklmnpqrsvwxyz';

/** A SHA-256 as newer package definitions of Nix write it, in base 64. @param hex its 64 digits. */
export function sriOf(hex: string): string {
  const bits = BigInt(`0x${hex}00`); // 264 bits make 44 digits; the last is written as `=`
  const digits = Array.from(
    { length: 43 },
    (_, at) => BASE64[Number((bits >> BigInt(258 - at * 6)) & 63n)],
  );
  return `sha256-${digits.join('')}=`;
}

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
