// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * An exact result → the number that a format can hold, rounded as the control word says, and the
 * exceptions that the rounding raises (Intel SDM volume 1, chapters 4.8.4 and 4.9).
 *
 * An exact result is ± magnitude × 2^scale. If `inexact` is set, it is a little more than that, by
 * less than one unit of the magnitude. Invariant: an inexact magnitude has more bits than any
 * format.
 */
import { BIAS, bitLength, type Extended, FIRST_BIT, infinity } from './number.ts';

/** Exceptions: bits in the status word; in the control word, the bits that mask them. */
export const INVALID = 1;
export const DENORMAL = 2;
export const ZERO_DIVIDE = 4;
export const OVERFLOW = 8;
export const UNDERFLOW = 16;
export const INEXACT = 32;
/** Together with INVALID: the register stack was full, or empty. */
export const STACK_FAULT = 0x40;
/** C1: the result is larger in magnitude than the exact one; or the stack was full. */
export const ROUNDED_UP = 0x200;

/** What an operation needs to know in order to round, and what it reports. */
export interface Rounding {
  /** The control word. */
  readonly control: number;
  /** Exceptions, STACK_FAULT and ROUNDED_UP, as raised so far. */
  raised: number;
  /** True if an operand was a denormal number in memory. In the register it is a normal one. */
  readonly fromDenormal?: boolean;
}

/** Rounding modes, in bits 10 and 11 of the control word. */
const NEAREST = 0;
export const DOWN = 1;
export const UP = 2;
export const TRUNCATE = 3;

/** The rounding mode of a control word. */
export function modeOf(control: number): number {
  return (control >> 10) & 3;
}

/** Bits of precision for the values of bits 8 and 9 of the control word; 01 is reserved. */
const PRECISIONS = [24, 64, 53, 64];

/** A binary format of numbers. */
export interface Format {
  /** Bits of the significand, including the first one. */
  readonly bits: number;
  /** Exponents of its smallest and its largest normal number. */
  readonly least: number;
  readonly most: number;
  /**
   * By how much the exponent of a result that does not fit is moved; 0 means that such a result is
   * not stored.
   */
  readonly wrap: number;
}

const EXTENDED: Format = { bits: 64, least: 1 - BIAS, most: BIAS, wrap: 24576 };
/** What registers hold, by the precision of a control word. */
const REGISTER_FORMATS: readonly Format[] = PRECISIONS.map((bits) => ({ ...EXTENDED, bits }));
export const SINGLE: Format = { bits: 24, least: -126, most: 127, wrap: 0 };
export const DOUBLE: Format = { bits: 53, least: -1022, most: 1023, wrap: 0 };

/** Magnitude × 2^scale; `infinite` if that is too large. */
export interface Rounded {
  readonly magnitude: bigint;
  readonly scale: number;
  readonly infinite: boolean;
}

/** A magnitude without its low `drop` bits, rounded. */
interface Cut {
  readonly kept: bigint;
  readonly inexact: boolean;
  readonly up: boolean;
}

/** @param drop may be negative: then zeros are appended. */
export function cut(
  mode: number,
  negative: boolean,
  magnitude: bigint,
  drop: number,
  inexact = false,
): Cut {
  if (drop <= 0) return { kept: magnitude << BigInt(-drop), inexact, up: false };
  const kept = magnitude >> BigInt(drop);
  const rest = magnitude - (kept << BigInt(drop));
  if (rest === 0n && !inexact) return { kept, inexact: false, up: false };
  let up = false;
  if (mode === NEAREST) {
    const half = 1n << BigInt(drop - 1);
    up = rest > half || (rest === half && (inexact || (kept & 1n) === 1n));
  } else if (mode !== TRUNCATE) up = negative === (mode === DOWN);
  return { kept: up ? kept + 1n : kept, inexact: true, up };
}

/** Round to `format`. The magnitude must not be 0. */
export function round(
  to: Rounding,
  negative: boolean,
  magnitude: bigint,
  scale: number,
  format: Format,
  inexact = false,
): Rounded {
  const mode = modeOf(to.control);
  const excess = bitLength(magnitude) - format.bits;
  let result = cut(mode, negative, magnitude, excess, inexact);
  let lowest = scale + excess;
  // Rounding up may have carried into one more bit. Whether the result is tiny is decided after
  // that.
  const exponent = lowest + bitLength(result.kept) - 1;
  if (exponent < format.least) {
    if ((to.control & UNDERFLOW) === 0) {
      to.raised |= UNDERFLOW;
      lowest += format.wrap;
      // Only fscale can make a number that is still too small then.
      if (format.wrap > 0 && exponent + format.wrap < format.least) {
        to.raised |= INEXACT;
        return { magnitude: 0n, scale: 0, infinite: false };
      }
    } else {
      const drop = excess + format.least - (scale + bitLength(magnitude) - 1);
      result = cut(mode, negative, magnitude, drop, inexact);
      lowest = scale + drop;
      if (result.inexact) to.raised |= UNDERFLOW;
    }
  } else if (exponent > format.most) {
    to.raised |= OVERFLOW;
    if ((to.control & OVERFLOW) !== 0) return overflowed(to, negative, mode, format);
    // Only fscale can make a number that is still too large then.
    if (exponent - format.wrap > format.most) return overflowed(to, negative, NEAREST, format);
    lowest -= format.wrap;
  }
  if (result.inexact) to.raised |= INEXACT;
  if (result.up) to.raised |= ROUNDED_UP;
  return { magnitude: result.kept, scale: lowest, infinite: false };
}

/** Infinity, or the largest number if the rounding is towards zero. */
function overflowed(to: Rounding, negative: boolean, mode: number, format: Format): Rounded {
  to.raised |= INEXACT;
  const infinite = mode === NEAREST || (mode !== TRUNCATE && negative === (mode === DOWN));
  if (infinite) to.raised |= ROUNDED_UP;
  const magnitude = (1n << BigInt(format.bits)) - 1n;
  return { magnitude, scale: format.most - format.bits + 1, infinite };
}

/**
 * An exact result as a register holds it, with the precision that the control word asks for.
 *
 * @param format full precision, for operations that ignore the control word's precision.
 */
export function toRegister(
  to: Rounding,
  negative: boolean,
  magnitude: bigint,
  scale: number,
  inexact = false,
  format: Format = REGISTER_FORMATS[(to.control >> 8) & 3] as Format,
): Extended {
  const rounded = round(to, negative, magnitude, scale, format, inexact);
  return rounded.infinite ? infinity(negative) : exactly(negative, rounded);
}

/** The same for operations that always have full precision. */
export function toFullRegister(
  to: Rounding,
  negative: boolean,
  magnitude: bigint,
  scale: number,
): Extended {
  return toRegister(to, negative, magnitude, scale, false, EXTENDED);
}

/** Magnitude × 2^scale as a register holds it. It must fit. */
export function exactly(
  negative: boolean,
  { magnitude, scale }: Pick<Rounded, 'magnitude' | 'scale'>,
): Extended {
  if (magnitude === 0n) return { negative, exponent: 0, significand: 0n };
  const length = bitLength(magnitude);
  const exponent = scale + length - 1 + BIAS;
  if (exponent >= 1) return { negative, exponent, significand: shift(magnitude, 64 - length) };
  const significand = shift(magnitude, scale - (1 - BIAS - 63));
  return { negative, exponent: significand >= FIRST_BIT ? 1 : 0, significand };
}

function shift(value: bigint, by: number): bigint {
  return by >= 0 ? value << BigInt(by) : value >> BigInt(-by);
}
