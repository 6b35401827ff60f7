// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * Operations that take numbers apart: frndint, fscale, fxtract, fprem and fprem1. Their results
 * have full precision, whatever the control word says (Intel SDM volume 2).
 */
import { invalid, noteDenormal, withoutNumber } from './arithmetic.ts';
import { BIAS, type Extended, FRACTION_BITS, finite, infinity, kindOf, zero } from './number.ts';
import {
  cut,
  exactly,
  INEXACT,
  modeOf,
  ROUNDED_UP,
  type Rounding,
  TRUNCATE,
  toFullRegister,
  ZERO_DIVIDE,
} from './round.ts';

/** The integer to which a finite number is rounded, without its sign. */
export function toInteger(to: Rounding, a: Extended, mode: number = modeOf(to.control)): bigint {
  if (a.significand === 0n) return 0n;
  const { magnitude, scale } = finite(a);
  const { kept, inexact, up } = cut(mode, a.negative, magnitude, -scale);
  if (inexact) to.raised |= INEXACT;
  if (up) to.raised |= ROUNDED_UP;
  return kept;
}

/** An integer of at most 64 bits, as a register holds it. */
export function fromInteger(value: bigint): Extended {
  const negative = value < 0n;
  return exactly(negative, { magnitude: negative ? -value : value, scale: 0 });
}

/** frndint: round to an integer, in the direction that the control word names. */
export function roundToInteger(to: Rounding, a: Extended): Extended {
  const without = withoutNumber(to, a, a);
  if (without !== undefined) return without;
  noteDenormal(to, a);
  // With such an exponent, every number is an integer. Infinity does not change either.
  if (a.exponent >= BIAS + FRACTION_BITS) return a;
  return exactly(a.negative, { magnitude: toInteger(to, a), scale: 0 });
}

/** More than the exponents of any two numbers can differ by. */
const FAR = 0x10000;

/** fscale: a × 2^b, with the fraction of b cut off. */
export function scaleBy(to: Rounding, a: Extended, b: Extended): Extended {
  const without = withoutNumber(to, a, b);
  if (without !== undefined) return without;
  const [first, second] = [kindOf(a), kindOf(b)];
  if (second === 'infinity') {
    if (first === (b.negative ? 'infinity' : 'zero')) return invalid(to);
    noteDenormal(to, a);
    return b.negative ? zero(a.negative) : infinity(a.negative);
  }
  noteDenormal(to, a, b);
  if (first === 'infinity' || first === 'zero') return a;
  const quietly: Rounding = { control: to.control, raised: 0 };
  const isFar = b.exponent > BIAS + 20;
  const by = isFar ? FAR : Number(toInteger(quietly, b, TRUNCATE));
  const { magnitude, scale } = finite(a);
  return toFullRegister(to, a.negative, magnitude, scale + (b.negative ? -by : by));
}

/** fxtract: the exponent as a number, and the significand as a number from 1 up to 2. */
export function extract(to: Rounding, a: Extended): { exponent: Extended; significand: Extended } {
  const without = withoutNumber(to, a, a);
  if (without !== undefined) return { exponent: without, significand: without };
  const kind = kindOf(a);
  if (kind === 'infinity') return { exponent: infinity(false), significand: a };
  if (kind === 'zero') {
    to.raised |= ZERO_DIVIDE;
    return { exponent: infinity(true), significand: a };
  }
  noteDenormal(to, a);
  const { magnitude, scale } = finite(a);
  return {
    exponent: fromInteger(BigInt(scale + FRACTION_BITS)),
    significand: { negative: a.negative, exponent: BIAS, significand: magnitude },
  };
}

/** The result of fprem: the remainder, and what the condition bits say about the quotient. */
export interface Remainder {
  readonly value: Extended;
  /** The low three bits of the quotient, or MORE; undefined if there is no quotient. */
  readonly quotient: number | undefined;
}

/** Means that the remainder is not complete: the program has to repeat the instruction. */
export const MORE = 8;

/** One step computes fewer bits of the quotient than this. */
const STEP_BITS = 64;

/**
 * fprem (a − b × the quotient with its fraction cut off) and fprem1 (a − b × the integer nearest to
 * the quotient). If the exponents differ by 64 or more, this is one step, after which the remainder
 * is still the same.
 */
export function remainder(to: Rounding, a: Extended, b: Extended, nearest: boolean): Remainder {
  const without = withoutNumber(to, a, b);
  if (without !== undefined) return { value: without, quotient: undefined };
  const [first, second] = [kindOf(a), kindOf(b)];
  if (first === 'infinity' || second === 'zero') return { value: invalid(to), quotient: undefined };
  noteDenormal(to, a, b);
  if (first === 'zero') return { value: a, quotient: 0 };
  const x = finite(a);
  if (second === 'infinity') {
    return { value: toFullRegister(to, a.negative, x.magnitude, x.scale), quotient: 0 };
  }
  const y = finite(b);
  const apart = x.scale - y.scale;
  if (apart >= STEP_BITS) return partial(to, a, x, y, apart);
  // Bring both numbers to the smaller scale.
  const unit = Math.min(x.scale, y.scale);
  const dividend = x.magnitude << BigInt(x.scale - unit);
  const divisor = y.magnitude << BigInt(Math.min(y.scale - unit, FAR_APART));
  let quotient = dividend / divisor;
  let rest = dividend % divisor;
  let { negative } = a;
  if (nearest && (2n * rest > divisor || (2n * rest === divisor && (quotient & 1n) === 1n))) {
    quotient += 1n;
    rest = divisor - rest;
    negative = !negative;
  }
  const value = rest === 0n ? zero(a.negative) : toFullRegister(to, negative, rest, unit);
  return { value, quotient: Number(quotient & 7n) };
}

/** If the divisor is larger by more bits than this, the dividend is less than half of it. */
const FAR_APART = 130;

type Finite = ReturnType<typeof finite>;

/** Computes between 32 and 63 bits of the quotient. */
function partial(to: Rounding, a: Extended, x: Finite, y: Finite, apart: number): Remainder {
  const bits = (apart & 31) | 32;
  const rest = (x.magnitude << BigInt(bits)) % y.magnitude;
  const scale = x.scale - bits;
  const value = rest === 0n ? zero(a.negative) : toFullRegister(to, a.negative, rest, scale);
  return { value, quotient: MORE };
}
