// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * Bytes and numbers as hexadecimal, octal or binary digits.
 *
 * Behaviour defined by mescc-tools/stringify.c of stage0-posix 1.9.1.
 */
import type { ByteMode } from './options.ts';

/** How bytes are written: the number of digits, and the bits of each digit. */
export interface Notation {
  readonly digits: number;
  readonly bits: number;
}

export const NOTATIONS: Readonly<Record<ByteMode, Notation>> = {
  hex: { digits: 2, bits: 4 },
  octal: { digits: 3, bits: 3 },
  binary: { digits: 8, bits: 1 },
};

/**
 * The digits of a signed 32-bit number as `size` bytes.
 *
 * Quirk kept: in octal the bytes are one number of 3 * size digits, including the sign; the order
 * of the bytes is the order of the groups of three digits.
 */
export function digitsOf(
  value: number,
  size: number,
  { digits, bits }: Notation,
  bigEndian: boolean,
): Uint8Array<ArrayBuffer> {
  const text = new Uint8Array(size * digits);
  let rest = value;
  for (let place = 0; place < text.length; place++) {
    const group = Math.floor(place / digits);
    const start = (bigEndian ? size - 1 - group : group) * digits;
    text[start + digits - 1 - (place % digits)] = digit(rest & ((1 << bits) - 1));
    rest >>= bits;
  }
  return text;
}

/** Write the digits of one byte at text[at]. */
export function putByte(text: Uint8Array, at: number, byte: number, notation: Notation): void {
  const { digits, bits } = notation;
  for (let place = 0; place < digits; place++) {
    text[at + digits - 1 - place] = digit((byte >> (place * bits)) & ((1 << bits) - 1));
  }
}

function digit(value: number): number {
  return value < 10 ? 0x30 + value : 0x41 + value - 10;
}
