// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * The flags register: bits as in EFLAGS, the condition codes, and the flags as an instruction
 * leaves them.
 *
 * {@link Flags} stores the values that zero, sign and parity are computed from, because most flags
 * are never read. Invariant: `pack()` gives what pushf would store, and `unpack(pack())` changes
 * nothing.
 */

export const CARRY = 0x001;
export const PARITY = 0x004;
export const ADJUST = 0x010;
export const ZERO = 0x040;
export const SIGN = 0x080;
export const TRAP = 0x100;
export const DIRECTION = 0x400;
export const OVERFLOW = 0x800;
export const ALIGNMENT = 0x40000;

/** The six flags that arithmetic sets. */
export const ARITHMETIC: number = CARRY | PARITY | ADJUST | ZERO | SIGN | OVERFLOW;

/**
 * Bits that a user program always sees set: the reserved bit 1, and the one that enables
 * interrupts.
 */
const ALWAYS = 0x202;
/** Bits that popf stores and that have no effect here: nested task, and CPUID supported. */
const KEPT_BITS = 0x204000;

/** Flags that each condition code reads; the odd codes are the negations of the even ones. */
export const CONDITION_READS: readonly number[] = [
  OVERFLOW,
  CARRY,
  ZERO,
  CARRY | ZERO,
  SIGN,
  PARITY,
  SIGN | OVERFLOW,
  SIGN | OVERFLOW | ZERO,
].flatMap((mask) => [mask, mask]);

/** `letters` of the instruction table → mask: o s z a p c, and d for direction. */
export function flagMask(letters: string): number {
  let mask = 0;
  for (const letter of letters) mask |= LETTERS[letter] ?? 0;
  return mask;
}

const LETTERS: Readonly<Record<string, number>> = {
  o: OVERFLOW,
  s: SIGN,
  z: ZERO,
  a: ADJUST,
  p: PARITY,
  c: CARRY,
  d: DIRECTION,
};

/** True when the low eight bits of `value` have an even number of ones. */
export function evenParity(value: number): boolean {
  let bits = value & 0xff;
  bits ^= bits >> 4;
  return ((0x9669 >> (bits & 15)) & 1) === 1;
}

export class Flags {
  carry = false;
  overflow = false;
  adjust = false;
  direction = false;
  /** Zero is set if this is 0. */
  zeroOf = 1;
  /** Sign is set if this is negative. */
  signOf = 0;
  /** Parity is the parity of the low eight bits. */
  parityOf = 1;
  private kept = 0;

  /** Zero, sign and parity of `result`, which is sign-extended from its size. */
  setResult(result: number): void {
    this.zeroOf = result;
    this.signOf = result;
    this.parityOf = result;
  }

  /** The flags after bitwise operations: no carry, no overflow. */
  setLogical(result: number): void {
    this.carry = false;
    this.overflow = false;
    this.adjust = false;
    this.setResult(result);
  }

  /** True if condition `code` (the low four bits of jcc, setcc, cmovcc) is true. */
  holds(code: number): boolean {
    return this.base(code >> 1) !== ((code & 1) === 1);
  }

  private base(pair: number): boolean {
    switch (pair) {
      case 0:
        return this.overflow;
      case 1:
        return this.carry;
      case 2:
        return this.zeroOf === 0;
      case 3:
        return this.carry || this.zeroOf === 0;
      case 4:
        return this.signOf < 0;
      case 5:
        return evenParity(this.parityOf);
      case 6:
        return this.signOf < 0 !== this.overflow;
      default:
        return this.signOf < 0 !== this.overflow || this.zeroOf === 0;
    }
  }

  pack(): number {
    return (
      ALWAYS |
      this.kept |
      (this.carry ? CARRY : 0) |
      (evenParity(this.parityOf) ? PARITY : 0) |
      (this.adjust ? ADJUST : 0) |
      (this.zeroOf === 0 ? ZERO : 0) |
      (this.signOf < 0 ? SIGN : 0) |
      (this.direction ? DIRECTION : 0) |
      (this.overflow ? OVERFLOW : 0)
    );
  }

  unpack(bits: number): void {
    this.carry = (bits & CARRY) !== 0;
    this.parityOf = (bits & PARITY) !== 0 ? 0 : 1;
    this.adjust = (bits & ADJUST) !== 0;
    this.zeroOf = (bits & ZERO) !== 0 ? 0 : 1;
    this.signOf = (bits & SIGN) !== 0 ? -1 : 0;
    this.direction = (bits & DIRECTION) !== 0;
    this.overflow = (bits & OVERFLOW) !== 0;
    this.kept = bits & KEPT_BITS;
  }
}
