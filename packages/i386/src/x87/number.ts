// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * A number of 80 bits, as a register of the x87 holds it (Intel SDM volume 1, chapter 8.2): ten
 * bytes ↔ sign, exponent and significand, and which kind of number that is.
 *
 * Its value is ± significand × 2^(exponent − 16383 − 63); an exponent of 0 counts as 1. Unlike in
 * the shorter formats, the first bit of the significand is stored, and it may be clear. Invariant:
 * a number keeps every bit that was loaded, even if it is of a kind that no operation produces.
 */

export interface Extended {
  readonly negative: boolean;
  /** 15 bits. */
  readonly exponent: number;
  /** 64 bits. */
  readonly significand: bigint;
}

/**
 * `unsupported` numbers were accepted by the 8087, and are refused by its successors: the exponent
 * is not 0, but the first bit of the significand is clear.
 */
export type Kind =
  | 'zero'
  | 'denormal'
  | 'normal'
  | 'infinity'
  | 'quiet'
  | 'signalling'
  | 'unsupported';

export const BIAS = 16383;
export const EXPONENT_MASK = 0x7fff;
/** How many bits of the significand follow its first bit. */
export const FRACTION_BITS = 63;
export const FIRST_BIT: bigint = 1n << 63n;
/** Set in a NaN if it is quiet. */
export const QUIET_BIT: bigint = 1n << 62n;
const SIGN = 0x8000;

/** The result of an invalid operation. */
export const INDEFINITE: Extended = {
  negative: true,
  exponent: EXPONENT_MASK,
  significand: FIRST_BIT | QUIET_BIT,
};
export const ZERO: Extended = { negative: false, exponent: 0, significand: 0n };

/** Zero with a sign. */
export function zero(negative: boolean): Extended {
  return negative ? { ...ZERO, negative } : ZERO;
}

/** Infinity with a sign. */
export function infinity(negative: boolean): Extended {
  return { negative, exponent: EXPONENT_MASK, significand: FIRST_BIT };
}

/** Which kind of number `x` is. */
export function kindOf({ exponent, significand }: Extended): Kind {
  if (exponent === 0) return significand === 0n ? 'zero' : 'denormal';
  if (significand < FIRST_BIT) return 'unsupported';
  if (exponent !== EXPONENT_MASK) return 'normal';
  if (significand === FIRST_BIT) return 'infinity';
  return (significand & QUIET_BIT) === 0n ? 'signalling' : 'quiet';
}

/** True for both kinds of NaN. */
export function isNaN80(kind: Kind): boolean {
  return kind === 'quiet' || kind === 'signalling';
}

/** The same number with the opposite sign. */
export function negated(x: Extended): Extended {
  return { ...x, negative: !x.negative };
}

/** The number of bits, without leading zeros; 0 for 0. */
export function bitLength(value: bigint): number {
  let high = value;
  let length = 0;
  while (high > 0xffffffffn) {
    high >>= 32n;
    length += 32;
  }
  return length + 32 - Math.clz32(Number(high));
}

/** A finite number other than zero as magnitude × 2^scale, where the magnitude has 64 bits. */
export function finite({ exponent, significand }: Extended): { magnitude: bigint; scale: number } {
  const scale = (exponent === 0 ? 1 : exponent) - BIAS - FRACTION_BITS;
  if (significand >= FIRST_BIT) return { magnitude: significand, scale };
  const missing = 64 - bitLength(significand);
  return { magnitude: significand << BigInt(missing), scale: scale - missing };
}

/** The number in the ten bytes at `offset`. */
export function readExtended(view: DataView, offset = 0): Extended {
  const word = view.getUint16(offset + 8, true);
  return {
    negative: (word & SIGN) !== 0,
    exponent: word & EXPONENT_MASK,
    significand: view.getBigUint64(offset, true),
  };
}

/** Put `x` into the ten bytes at `offset`. */
export function writeExtended(x: Extended, view: DataView, offset = 0): void {
  view.setBigUint64(offset, x.significand, true);
  view.setUint16(offset + 8, x.exponent | (x.negative ? SIGN : 0), true);
}
