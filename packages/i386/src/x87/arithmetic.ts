// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * Sums, products, quotients, square roots and comparisons of 80-bit numbers: each exactly, in
 * integers, and then rounded once (Intel SDM volume 2, tables at FADD, FMUL, FDIV, FSQRT, FCOM).
 *
 * Cases are checked in this order, and the first one decides: an operand in an unsupported format;
 * a NaN; an invalid operation or a division by zero; a denormal operand; the result. Invariant:
 * exceptions are only noted in `raised`; the unit decides whether the result is stored.
 */
import {
  bitLength,
  type Extended,
  finite,
  INDEFINITE,
  infinity,
  isNaN80,
  type Kind,
  kindOf,
  negated,
  QUIET_BIT,
  zero,
} from './number.ts';
import {
  DENORMAL,
  DOWN,
  INVALID,
  modeOf,
  type Rounding,
  toRegister,
  ZERO_DIVIDE,
} from './round.ts';

/** An operation on one or two numbers. */
export type Binary = (to: Rounding, a: Extended, b: Extended) => Extended;
export type Unary = (to: Rounding, a: Extended) => Extended;

/** The result of an invalid operation. */
export function invalid(to: Rounding): Extended {
  to.raised |= INVALID;
  return INDEFINITE;
}

/** The result if an operand is a NaN or unsupported; undefined if neither operand is. */
export function withoutNumber(to: Rounding, a: Extended, b: Extended): Extended | undefined {
  const [first, second] = [kindOf(a), kindOf(b)];
  if (first === 'unsupported' || second === 'unsupported') return invalid(to);
  if (!isNaN80(first) && !isNaN80(second)) return undefined;
  if (first === 'signalling' || second === 'signalling') to.raised |= INVALID;
  const chosen = choose(a, first, b, second);
  return { ...chosen, significand: chosen.significand | QUIET_BIT };
}

/**
 * Which of two NaNs is the result: a quiet one before a signalling one, then the larger one, then
 * the positive one.
 */
function choose(a: Extended, first: Kind, b: Extended, second: Kind): Extended {
  if (!isNaN80(second)) return a;
  if (!isNaN80(first)) return b;
  if (first !== second) return first === 'quiet' ? a : b;
  if (a.significand !== b.significand) return a.significand > b.significand ? a : b;
  return a.negative ? b : a;
}

/** Raise the denormal exception if one of the operands is a denormal number. */
export function noteDenormal(to: Rounding, ...numbers: readonly Extended[]): void {
  const isDenormal = (x: Extended): boolean => x.exponent === 0 && x.significand !== 0n;
  if (to.fromDenormal || numbers.some(isDenormal)) to.raised |= DENORMAL;
}

/** a + b */
export function add(to: Rounding, a: Extended, b: Extended): Extended {
  return withoutNumber(to, a, b) ?? sum(to, a, b);
}

/** a − b */
export function subtract(to: Rounding, a: Extended, b: Extended): Extended {
  return withoutNumber(to, a, b) ?? sum(to, a, negated(b));
}

function sum(to: Rounding, a: Extended, b: Extended): Extended {
  const [first, second] = [kindOf(a), kindOf(b)];
  if (first === 'infinity' && second === 'infinity') {
    return a.negative === b.negative ? a : invalid(to);
  }
  noteDenormal(to, a, b);
  if (first === 'infinity') return a;
  if (second === 'infinity') return b;
  const down = modeOf(to.control) === DOWN;
  if (first === 'zero' && second === 'zero')
    return zero(a.negative === b.negative ? a.negative : down);
  if (first === 'zero' || second === 'zero') {
    const only = first === 'zero' ? b : a;
    const { magnitude, scale } = finite(only);
    return toRegister(to, only.negative, magnitude, scale);
  }
  return sumOfFinite(to, a, b, down);
}

/** If the exponents differ by more than this, the smaller number affects only the rounding. */
const FAR = 132;

function sumOfFinite(to: Rounding, a: Extended, b: Extended, down: boolean): Extended {
  const [x, y] = [finite(a), finite(b)];
  const isSwapped = x.scale < y.scale;
  const [high, low] = isSwapped ? [y, x] : [x, y];
  const [highSign, lowSign] = isSwapped ? [b.negative, a.negative] : [a.negative, b.negative];
  const apart = high.scale - low.scale;
  const by = Math.min(apart, FAR);
  const larger = high.magnitude << BigInt(by);
  const smaller = apart > FAR ? 1n : low.magnitude;
  const total = highSign === lowSign ? larger + smaller : larger - smaller;
  if (total === 0n) return zero(down);
  const negative = total < 0n ? lowSign : highSign;
  return toRegister(to, negative, total < 0n ? -total : total, high.scale - by);
}

/** a × b */
export function multiply(to: Rounding, a: Extended, b: Extended): Extended {
  const without = withoutNumber(to, a, b);
  if (without !== undefined) return without;
  const kinds = [kindOf(a), kindOf(b)];
  const negative = a.negative !== b.negative;
  const [isInfinite, isZero] = [kinds.includes('infinity'), kinds.includes('zero')];
  if (isInfinite && isZero) return invalid(to);
  noteDenormal(to, a, b);
  if (isInfinite) return infinity(negative);
  if (isZero) return zero(negative);
  const [x, y] = [finite(a), finite(b)];
  return toRegister(to, negative, x.magnitude * y.magnitude, x.scale + y.scale);
}

/** Enough for 64 bits of the quotient, and one more. */
const QUOTIENT_BITS = 66;

/** a ÷ b */
export function divide(to: Rounding, a: Extended, b: Extended): Extended {
  const without = withoutNumber(to, a, b);
  if (without !== undefined) return without;
  const [first, second] = [kindOf(a), kindOf(b)];
  const negative = a.negative !== b.negative;
  if (first === second && (first === 'zero' || first === 'infinity')) return invalid(to);
  if (second === 'zero' && first !== 'infinity') {
    to.raised |= ZERO_DIVIDE;
    return infinity(negative);
  }
  noteDenormal(to, a, b);
  if (first === 'infinity') return infinity(negative);
  if (first === 'zero' || second === 'infinity') return zero(negative);
  const [x, y] = [finite(a), finite(b)];
  const dividend = x.magnitude << BigInt(QUOTIENT_BITS);
  const quotient = dividend / y.magnitude;
  const inexact = quotient * y.magnitude !== dividend;
  return toRegister(to, negative, quotient, x.scale - y.scale - QUOTIENT_BITS, inexact);
}

/** The square root of a. */
export function squareRoot(to: Rounding, a: Extended): Extended {
  const without = withoutNumber(to, a, a);
  if (without !== undefined) return without;
  const kind = kindOf(a);
  if (kind === 'zero') return a;
  if (a.negative) return invalid(to);
  if (kind === 'infinity') return a;
  noteDenormal(to, a);
  const { magnitude, scale } = finite(a);
  // The scale must be even, and the radicand needs twice as many bits as the root.
  const by = (scale & 1) === 0 ? 68 : 69;
  const radicand = magnitude << BigInt(by);
  const root = integerRoot(radicand);
  return toRegister(to, false, root, (scale - by) / 2, root * root !== radicand);
}

/** The largest integer whose square is at most `value`, by Newton's method. */
function integerRoot(value: bigint): bigint {
  let root = 1n << BigInt((bitLength(value) + 1) >> 1);
  for (;;) {
    const next = (root + value / root) >> 1n;
    if (next >= root) return root;
    root = next;
  }
}

/** How a compares with b: −1, 0 or 1; undefined if one of them is not a number. */
export type Order = -1 | 0 | 1 | undefined;

/** @param quiet true if a quiet NaN is not an exception. */
export function compare(to: Rounding, a: Extended, b: Extended, quiet: boolean): Order {
  const kinds = [kindOf(a), kindOf(b)];
  if (kinds.some((kind) => kind === 'unsupported' || isNaN80(kind))) {
    if (!quiet || kinds.some((kind) => kind === 'unsupported' || kind === 'signalling')) {
      to.raised |= INVALID;
    }
    return undefined;
  }
  noteDenormal(to, a, b);
  const [x, y] = [sortKey(a), sortKey(b)];
  return x < y ? -1 : x > y ? 1 : 0;
}

/** An integer for each number, in the same order as the numbers. */
function sortKey({ negative, exponent, significand }: Extended): bigint {
  // A denormal number has the exponent 0 and counts as one with exponent 1.
  const place = exponent === 0 && significand !== 0n ? 1 : exponent;
  const magnitude = (BigInt(place) << 64n) | significand;
  return negative ? -magnitude : magnitude;
}
