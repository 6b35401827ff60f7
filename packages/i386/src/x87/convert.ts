// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * Conversions between registers and the formats in memory: numbers of 32 and 64 bits, integers, and
 * packed decimal numbers (Intel SDM volume 1, chapters 4.2 and 4.7).
 */
import { withoutNumber } from './arithmetic.ts';
import { fromInteger, toInteger } from './exact.ts';
import {
  BIAS,
  bitLength,
  EXPONENT_MASK,
  type Extended,
  FIRST_BIT,
  finite,
  isNaN80,
  kindOf,
} from './number.ts';
import {
  DOUBLE,
  exactly,
  type Format,
  INEXACT,
  INVALID,
  modeOf,
  ROUNDED_UP,
  type Rounding,
  round,
  SINGLE,
} from './round.ts';

/**
 * The number in 4 or 8 bytes. A signalling NaN stays signalling; a denormal number becomes a normal
 * one, since a register has a wider exponent.
 */
export function fromShort(bits: bigint, size: 4 | 8): { value: Extended; denormal: boolean } {
  const { bits: precision, most } = size === 4 ? SINGLE : DOUBLE;
  const places = precision - 1;
  const negative = bits >> BigInt(size * 8 - 1) === 1n;
  const exponent = Number(bits >> BigInt(places)) & (2 * most + 1);
  const fraction = bits & ((1n << BigInt(places)) - 1n);
  if (exponent === 0) {
    const value = exactly(negative, { magnitude: fraction, scale: 1 - most - places });
    return { value, denormal: fraction !== 0n };
  }
  const significand = FIRST_BIT | (fraction << BigInt(63 - places));
  const isLast = exponent === 2 * most + 1;
  const value = {
    negative,
    exponent: isLast ? EXPONENT_MASK : exponent - most + BIAS,
    significand,
  };
  return { value, denormal: false };
}

/** `x` in 4 or 8 bytes. */
export function toShort(to: Rounding, x: Extended, size: 4 | 8): bigint {
  const format = size === 4 ? SINGLE : DOUBLE;
  const places = format.bits - 1;
  const value = withoutNumber(to, x, x) ?? x;
  const kind = kindOf(value);
  if (isNaN80(kind))
    return pack(value.negative, format, LAST, value.significand >> BigInt(63 - places));
  if (kind === 'infinity') return pack(x.negative, format, LAST, 0n);
  if (kind === 'zero') return pack(x.negative, format, 0, 0n);
  const { magnitude, scale } = finite(x);
  const rounded = round(to, x.negative, magnitude, scale, format);
  if (rounded.infinite) return pack(x.negative, format, LAST, 0n);
  const length = bitLength(rounded.magnitude);
  // A denormal number has fewer bits, and the exponent 0. A power of two may have one bit more.
  const exponent = length < format.bits ? 0 : rounded.scale + length - 1 + format.most;
  return pack(x.negative, format, exponent, rounded.magnitude);
}

/** The exponent of infinity and NaN. */
const LAST = -1;

/** @param significand with or without its first bit. */
function pack(negative: boolean, format: Format, exponent: number, significand: bigint): bigint {
  const places = BigInt(format.bits - 1);
  const fraction = significand & ((1n << places) - 1n);
  const field = BigInt(exponent & (2 * format.most + 1));
  const sign = negative ? BigInt(2 * format.most + 2) : 0n;
  return ((sign | field) << places) | fraction;
}

/**
 * `x` as an integer of `size` bytes, rounded by `mode`. A number that does not fit is invalid, and
 * becomes the smallest integer.
 */
export function toSized(to: Rounding, x: Extended, size: 2 | 4 | 8, mode?: number): bigint {
  const most = 1n << BigInt(size * 8 - 1);
  return integerBelow(to, x, most, true, mode) ?? -most;
}

/** The integer that `x` is rounded to, if its magnitude is below `limit` (or it is −limit). */
function integerBelow(
  to: Rounding,
  x: Extended,
  limit: bigint,
  orMinus: boolean,
  mode: number = modeOf(to.control),
): bigint | undefined {
  const kind = kindOf(x);
  const isNumber = kind === 'normal' || kind === 'denormal' || kind === 'zero';
  if (isNumber && x.exponent < BIAS + 64) {
    const before = to.raised;
    const magnitude = toInteger(to, x, mode);
    if (magnitude < limit || (orMinus && x.negative && magnitude === limit)) {
      return x.negative ? -magnitude : magnitude;
    }
    to.raised = before & ~(INEXACT | ROUNDED_UP);
  }
  to.raised |= INVALID;
  return undefined;
}

const DIGITS = 18;
/** What an invalid fbstp stores: the manual's "packed BCD integer indefinite". */
const DECIMAL_INDEFINITE = 0xffffc000000000000000n;

/** Ten bytes with 18 decimal digits and a sign; a digit from 10 to 15 counts with that value. */
export function fromDecimal(bits: bigint): Extended {
  let value = 0n;
  for (let at = DIGITS - 1; at >= 0; at--) value = value * 10n + ((bits >> BigInt(at * 4)) & 15n);
  const negative = bits >> 79n === 1n;
  return { ...fromInteger(value), negative };
}

/** `x` as an integer of 18 decimal digits. */
export function toDecimal(to: Rounding, x: Extended): bigint {
  const value = integerBelow(to, x, 10n ** BigInt(DIGITS), false);
  if (value === undefined) return DECIMAL_INDEFINITE;
  let rest = value < 0n ? -value : value;
  let bits = x.negative ? 1n << 79n : 0n;
  for (let at = 0; at < DIGITS; at++, rest /= 10n) bits |= (rest % 10n) << BigInt(at * 4);
  return bits;
}
