// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * What looks wrong in M1 and M0 source, though upstream accepts it: values beyond the exact
 * range of their sigil, text that looks like a number but is not one, macros that are defined twice
 * with different values or under a name that cannot be found. This has the tests of single texts;
 * expand.ts and m0.ts decide which texts are tested.
 */

/** How many bits a number has after these sigils. After others it may be any number of 32 bits. */
const BITS: Readonly<Record<string, number>> = { '!': 8, '@': 16, $: 16, '~': 24 };
/** RISC-V: I and S immediates have 12 bits; any value fits into a U immediate. */
const WORD_BITS: Readonly<Record<string, number>> = { '!': 12, '@': 12, $: 16 };

/** A number as M1 reads it, after its sigil. */
const NUMBER = /^(-?(0|[1-9][0-9_]*)|0x-?[0-9A-Fa-f_]+|0b-?[01_]+|0-?[0-7_]+)$/;

/**
 * What is wrong with a token that has a sigil and a number; undefined if nothing is, or if it is
 * not a number.
 */
export function numberFault(text: string, value: number, isRiscV: boolean): string | undefined {
  const digits = text.slice(1);
  if (!/^-?[0-9]/.test(digits)) return undefined;
  if (!NUMBER.test(digits)) return `${digits} is not a number`;
  if (magnitude(digits) > 0xffffffff) return `${digits} does not fit 4 bytes`;
  const bits = (isRiscV ? WORD_BITS : BITS)[text.charAt(0)];
  if (bits === undefined) return undefined;
  // The immediates of instructions are signed; elsewhere a value may be signed or unsigned.
  const high = isRiscV && bits === 12 ? 2 ** (bits - 1) : 2 ** bits;
  if (value >= -(2 ** (bits - 1)) && value < high) return undefined;
  return `${value} does not fit ${bits} bits`;
}

/** The number without its sign, even if it is very large. */
function magnitude(digits: string): number {
  const plain = digits.replaceAll('_', '').replace('-', '');
  return Number(/^0[0-7]+$/.test(plain) ? `0o${plain}` : plain);
}

/** What is wrong with a count after `<`. */
export function countFault(text: string): string | undefined {
  return NUMBER.test(text.slice(1)) && !/^<-?0+$/.test(text)
    ? undefined
    : `${text} is not a count of bytes`;
}

/**
 * What is wrong with a token that M0 prints. `isNumber` is true if M0 wrote digits for it. Only ! @
 * % are sigils of numbers in M0; a token that is not a number must be a label or a reference.
 */
export function minimalFault(text: string, isNumber: boolean): string | undefined {
  if (!isNumber)
    return /^[!@$~%&:]/.test(text) ? undefined : `${text} is not a macro, number or reference`;
  if (!/^[!@%]/.test(text)) return `${text} is a number without a sigil: put it in quotes`;
  const digits = text.slice(1);
  if (!/^(-?[0-9]+|0x[0-9A-F]+)$/.test(digits)) return `${digits} is not a number`;
  const [bits, value] = [text[0] === '!' ? 8 : text[0] === '@' ? 16 : 32, Number(digits)];
  if (value >= -(2 ** (bits - 1)) && value < 2 ** bits) return undefined;
  return `${value} does not fit ${bits} bits`;
}
