// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * What `--strict` refuses in M1 and M0 source, though upstream takes it: values beyond the exact range of their sign,
 * numbers that none is, macros that are defined twice with different values or under a name that is never found.
 * Here are the tests of single texts; expand.ts and m0.ts say where they stand.
 */

/** How many bits a number has behind each sign, by the character code of the sign. */
const BITS: ReadonlyMap<number, number> = new Map([
  [0x21, 8], // !
  [0x40, 16], // @
  [0x24, 16], // $
  [0x7e, 24], // ~
]);
/** RISC-V: I and S immediates have 12 bits, U takes any value. */
const WORD_BITS: ReadonlyMap<number, number> = new Map([
  [0x21, 12],
  [0x40, 12],
  [0x24, 16],
]);

/** A number as M1 reads it, behind its sign. */
const NUMBER = /^(-?(0|[1-9][0-9_]*)|0x-?[0-9A-Fa-f_]+|0b-?[01_]+|0-?[0-7_]+)$/;

/** What is wrong with a token of a sign and a number; undefined when nothing is, or it is no number. */
export function numberFault(text: string, value: number, isRiscV: boolean): string | undefined {
  const digits = text.slice(1);
  if (!/^-?[0-9]/.test(digits)) return undefined;
  if (!NUMBER.test(digits)) return `${digits} is no number`;
  if (magnitude(digits) > 0xffffffff) return `${digits} does not fit 4 bytes`;
  const bits = (isRiscV ? WORD_BITS : BITS).get(text.charCodeAt(0));
  if (bits === undefined) return undefined;
  // The immediates of instructions are signed; elsewhere a value may be meant either way.
  const high = isRiscV && bits === 12 ? 2 ** (bits - 1) : 2 ** bits;
  if (value >= -(2 ** (bits - 1)) && value < high) return undefined;
  return `${value} does not fit ${bits} bits`;
}

/** The number without its sign, however large. */
function magnitude(digits: string): number {
  const plain = digits.replaceAll('_', '').replace('-', '');
  return Number(/^0[0-7]+$/.test(plain) ? `0o${plain}` : plain);
}

/** What is wrong with a count behind `<`. */
export function countFault(text: string): string | undefined {
  return NUMBER.test(text.slice(1)) && !/^<-?0+$/.test(text)
    ? undefined
    : `${text} is no count of bytes`;
}

/**
 * What is wrong with a token that M0 prints: `isNumber` when it wrote digits for it. Only ! @ % are signs of numbers
 * there, and what is no number must be a label or a reference.
 */
export function minimalFault(text: string, isNumber: boolean): string | undefined {
  if (!isNumber)
    return /^[!@$~%&:]/.test(text) ? undefined : `${text} is no macro, number or reference`;
  if (!/^[!@%]/.test(text)) return `${text} is a number without a sign: put it in quotes`;
  const digits = text.slice(1);
  if (!/^(-?[0-9]+|0x[0-9A-F]+)$/.test(digits)) return `${digits} is no number`;
  const [bits, value] = [text[0] === '!' ? 8 : text[0] === '@' ? 16 : 32, Number(digits)];
  if (value >= -(2 ** (bits - 1)) && value < 2 ** bits) return undefined;
  return `${value} does not fit ${bits} bits`;
}
