// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * Arithmetic with flags: sign-extended operands of 1, 2 or 4 bytes → result, sign-extended, and the
 * flags that the Intel SDM defines. JavaScript numbers are exact far beyond 33 bits, so carry and
 * overflow are plain comparisons.
 */
import { extend } from './decode.ts';
import type { Flags } from './flags.ts';

/** The low `size` bytes of `value`, as an unsigned number. */
export function unsigned(value: number, size: number): number {
  return size === 4 ? value >>> 0 : value & (size === 2 ? 0xffff : 0xff);
}

export function add(flags: Flags, a: number, b: number, size: number, carry = 0): number {
  const sum = a + b + carry;
  const result = extend(sum, size);
  flags.carry = unsigned(a, size) + unsigned(b, size) + carry > unsigned(-1, size);
  flags.overflow = sum !== result;
  flags.adjust = ((a ^ b ^ result) & 16) !== 0;
  flags.setResult(result);
  return result;
}

export function subtract(flags: Flags, a: number, b: number, size: number, borrow = 0): number {
  const difference = a - b - borrow;
  const result = extend(difference, size);
  flags.carry = unsigned(a, size) < unsigned(b, size) + borrow;
  flags.overflow = difference !== result;
  flags.adjust = ((a ^ b ^ result) & 16) !== 0;
  flags.setResult(result);
  return result;
}

export function compare(flags: Flags, a: number, b: number, size: number): void {
  subtract(flags, a, b, size);
}

export function negate(flags: Flags, value: number, size: number): number {
  return subtract(flags, 0, value, size);
}

export function logical(flags: Flags, result: number): number {
  flags.setLogical(result);
  return result;
}

/** shl, shr and sar by 1 to 31 bits. */
export function shift(
  flags: Flags,
  name: string,
  value: number,
  count: number,
  size: number,
): number {
  const bits = size * 8;
  let result: number;
  if (name === 'shl') {
    result = extend(count < 32 ? value << count : 0, size);
    flags.carry = count <= bits && ((value >>> (bits - count)) & 1) === 1;
    flags.overflow = result < 0 !== flags.carry;
  } else {
    const wide = name === 'sar' ? value : unsigned(value, size);
    const before = name === 'sar' ? wide >> (count - 1) : wide >>> (count - 1);
    flags.carry = (before & 1) === 1;
    result = extend(name === 'sar' ? wide >> count : wide >>> count, size);
    flags.overflow = name === 'shr' && value < 0;
  }
  flags.adjust = false;
  flags.setResult(result);
  return result;
}

/** rol, ror, rcl and rcr by 1 to 31 bits. Only carry and overflow change. */
export function rotate(
  flags: Flags,
  name: string,
  value: number,
  count: number,
  size: number,
): number {
  const left = name === 'rol' || name === 'rcl';
  const through = name === 'rcl' || name === 'rcr';
  const bits = size * 8 + (through ? 1 : 0);
  // Together with the carry, the value has up to 33 bits.
  const all =
    BigInt(unsigned(value, size)) | (through && flags.carry ? 1n << BigInt(bits - 1) : 0n);
  const by = BigInt(left ? count % bits : (bits - (count % bits)) % bits);
  const turned = BigInt.asUintN(bits, (all << by) | (all >> (BigInt(bits) - by)));
  const result = extend(Number(BigInt.asUintN(size * 8, turned)), size);
  const sign = result < 0;
  if (through) {
    flags.carry = turned >> BigInt(bits - 1) === 1n;
    const next = ((result >> (size * 8 - 2)) & 1) === 1;
    flags.overflow = left ? sign !== flags.carry : sign !== next;
  } else {
    flags.carry = left ? (result & 1) === 1 : sign;
    const next = ((result >> (size * 8 - 2)) & 1) === 1;
    flags.overflow = left ? sign !== flags.carry : sign !== next;
  }
  return result;
}

/**
 * shld and shrd by 1 to 31 bits. For more than 16 bits, a 16-bit result is undefined; this one
 * follows from the bits.
 */
export function shiftDouble(
  flags: Flags,
  left: boolean,
  value: number,
  filler: number,
  count: number,
  size: number,
): number {
  const bits = BigInt(size * 8);
  const by = BigInt(count);
  const to = BigInt(unsigned(value, size));
  const from = BigInt(unsigned(filler, size));
  // After the filler the destination comes again, as on real processors.
  const wide = (to << (bits * 2n)) | (from << bits) | to;
  const moved = left ? (wide << by) >> (bits * 2n) : wide >> by;
  const result = extend(Number(BigInt.asUintN(size * 8, moved)), size);
  const lastOut = left ? (wide >> (bits * 3n - by)) & 1n : (wide >> (by - 1n)) & 1n;
  flags.carry = lastOut === 1n;
  flags.overflow = result < 0 !== value < 0;
  flags.adjust = false;
  flags.setResult(result);
  return result;
}
