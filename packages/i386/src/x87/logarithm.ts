// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * fyl2x: y × the logarithm of x to the base 2, rounded once.
 *
 * A processor's result may be a neighbour of this one: Intel promises an error of less than a unit
 * in the last place, or 1.35 if y is not 1 (SDM volume 1, chapter 8.3.10), and each processor makes
 * its own. So the machine uses it only if it was asked to.
 */
import { MachineError } from '../errors.ts';
import { invalid, noteDenormal, withoutNumber } from './arithmetic.ts';
import {
  type Extended,
  FIRST_BIT,
  FRACTION_BITS,
  finite,
  infinity,
  kindOf,
  zero,
} from './number.ts';
import { INEXACT, type Rounding, toFullRegister, UNDERFLOW, ZERO_DIVIDE } from './round.ts';

/** Bits after the binary point of a logarithm. That of a neighbour of 1 begins with 63 zeros. */
const BITS = 256n;
/** What a computed logarithm may be wrong by, in its last place: the sum of all divisions. */
const ERROR = 1n << 10n;

/** fyl2x: y × log2(x). */
export function timesLogarithm(to: Rounding, y: Extended, x: Extended): Extended {
  const without = withoutNumber(to, y, x);
  if (without !== undefined) return without;
  const [ofX, ofY] = [kindOf(x), kindOf(y)];
  if (x.negative && ofX !== 'zero') return invalid(to);
  if (ofX === 'zero') {
    if (ofY === 'zero') return invalid(to);
    if (ofY !== 'infinity') to.raised |= ZERO_DIVIDE;
    return infinity(!y.negative);
  }
  if (ofX === 'infinity') {
    if (ofY === 'zero') return invalid(to);
    noteDenormal(to, y);
    return infinity(y.negative);
  }
  const logarithm = logarithmOf(x);
  const negative = y.negative !== logarithm.value < 0n;
  if (ofY === 'infinity' && logarithm.value === 0n) return invalid(to);
  noteDenormal(to, x, y);
  if (ofY === 'infinity') return infinity(negative);
  if (ofY === 'zero' || logarithm.value === 0n) return zero(negative);
  return product(to, y, logarithm);
}

/** A logarithm × 2^{@link BITS}. */
interface Logarithm {
  readonly value: bigint;
  readonly isExact: boolean;
}

/** That of a positive number to the base 2. */
function logarithmOf(x: Extended): Logarithm {
  const { magnitude, scale } = finite(x);
  const whole = BigInt(scale + FRACTION_BITS) << BITS;
  if (magnitude === FIRST_BIT) return { value: whole, isExact: true };
  // ln m = 2 artanh((m − 1) / (m + 1)), for m from 1 to 2, and so for 2.
  const part = artanh(magnitude - FIRST_BIT, magnitude + FIRST_BIT);
  return { value: whole + (part << BITS) / artanh(1n, 3n), isExact: false };
}

/** The artanh of a fraction that is at most 1/3, × 2^{@link BITS}. */
function artanh(numerator: bigint, denominator: bigint): bigint {
  let power = (numerator << BITS) / denominator;
  const square = (power * power) >> BITS;
  let sum = 0n;
  for (let n = 1n; power !== 0n; n += 2n) {
    sum += power / n;
    power = (power * square) >> BITS;
  }
  return sum;
}

function product(to: Rounding, y: Extended, { value, isExact }: Logarithm): Extended {
  const { magnitude, scale } = finite(y);
  const negative = y.negative !== value < 0n;
  const size = value < 0n ? -value : value;
  const at = scale - Number(BITS);
  if (isExact) {
    const result = toFullRegister(to, negative, size * magnitude, at);
    // Processors take no product for exact.
    to.raised |= result.exponent === 0 ? INEXACT | UNDERFLOW : INEXACT;
    return result;
  }
  // No such product is a number that a register can hold, so all between these two round alike.
  const low = toFullRegister(to, negative, (size - ERROR) * magnitude, at);
  const high = toFullRegister(to, negative, (size + ERROR) * magnitude, at);
  if (low.significand === high.significand) return low;
  throw new MachineError('not-exact', 'a logarithm is too close to the middle of two numbers');
}
