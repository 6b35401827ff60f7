// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * Numbers and strings of M1 source → the digits that hex2 reads.
 *
 * Behaviour defined by hexify_string, express_number, express_word and eval_immediates in
 * mescc-tools/M1-macro.c of stage0-posix 1.9.1.
 */
import { strtointOf } from '@stage0-ts/bytes';
import { digitsOf, NOTATIONS, putByte } from './digits.ts';
import { type ArchitectureOptions, isKnight, isRiscV } from './options.ts';

/**
 * What a sigil makes of a number: how many bytes, and which values fit. Quirk kept: each limit is
 * wrong by one.
 */
interface Field {
  readonly size: number;
  readonly low: number;
  readonly high: number;
}

const ANY = { low: -0x80000000, high: 0x7fffffff };
const HALF: Field = { size: 2, low: -32769, high: 32768 }; // @
const HALF_ABSOLUTE: Field = { size: 2, low: -32769, high: 65536 }; // $

const FIELDS: Readonly<Record<string, Field>> = {
  '!': { size: 1, low: -129, high: 256 },
  '@': HALF,
  $: HALF_ABSOLUTE,
  '~': { size: 3, low: -8388609, high: 8388608 },
  '%': { size: 4, ...ANY },
  '&': { size: 4, ...ANY },
};

const DOT = new Uint8Array([0x2e]);

/**
 * The digits of a string's bytes and of a 0, each followed by a blank. `text` begins with the
 * quote. Undefined for a byte above 7F: for it, upstream reads before the start of its table of
 * digits.
 */
export function encodeString(
  text: Uint8Array,
  options: Required<ArchitectureOptions>,
): Uint8Array | undefined {
  const notation = NOTATIONS[options.byteMode];
  const step = notation.digits + 1;
  const length = text.length * step;
  // Knight gets zeros up to a multiple of four bytes, without blanks. Quirk kept: it does so only
  // in hexadecimal.
  const padding =
    options.byteMode === 'hex' && isKnight(options.architecture) ? -text.length & 3 : 0;
  const digits = new Uint8Array(length + padding * notation.digits).fill(0x30);
  for (let i = 0; i < text.length; i++) {
    const byte = i + 1 < text.length ? (text[i + 1] as number) : 0;
    if (byte > 0x7f) return undefined;
    putByte(digits, i * step, byte, notation);
    digits[i * step + notation.digits] = 0x20;
  }
  return digits;
}

/**
 * The digits for a number with a sigil; on knight, also for a number without one. Undefined for
 * other text; a value of 0 counts only when the number begins with the digit 0.
 *
 * Throws a RangeError for a value that does not fit.
 */
export function encodeNumber(
  text: Uint8Array,
  options: Required<ArchitectureOptions>,
): Uint8Array | undefined {
  const riscV = isRiscV(options.architecture);
  const sigil = String.fromCharCode(text[0] as number);
  const field = FIELDS[sigil];
  if (field === undefined) {
    return isKnight(options.architecture) ? encodeBare(text, options) : undefined;
  }
  if (riscV && sigil === '&') return undefined; // & is left to hex2
  const value = strtointOf(text, 1, text.length);
  if (value === 0 && text[1] !== 0x30) return undefined;
  return riscV ? encodeWord(value, sigil, options) : encodeField(value, field, options);
}

function encodeField(
  value: number,
  field: Field,
  options: Required<ArchitectureOptions>,
): Uint8Array {
  const { size, low, high } = field;
  if (value < low || value > high) {
    const bytes = size === 1 ? '1 byte' : `${size} bytes`;
    throw new RangeError(`${value} does not fit ${bytes}`);
  }
  const cut = size === 4 ? value : value & ((1 << (8 * size)) - 1);
  return digitsOf(cut, size, NOTATIONS[options.byteMode], options.bigEndian);
}

/**
 * Knight: two bytes. Quirk kept: 65536 is accepted and becomes 0; a larger number is an unknown
 * token.
 */
function encodeBare(
  text: Uint8Array,
  options: Required<ArchitectureOptions>,
): Uint8Array | undefined {
  const value = strtointOf(text, 0, text.length);
  if (value > 65536 || (value === 0 && text[0] !== 0x30)) return undefined;
  return encodeField(value, value > 32767 ? HALF_ABSOLUTE : HALF, options);
}

/**
 * RISC-V: `! @ ~` give a word that hex2 XORs into an instruction; `$` and `%` give plain numbers.
 * Ranges are not checked.
 */
function encodeWord(
  value: number,
  sigil: string,
  options: Required<ArchitectureOptions>,
): Uint8Array {
  const notation = NOTATIONS[options.byteMode];
  if (sigil === '$') return digitsOf(value & 0xffff, 2, notation, options.bigEndian);
  if (sigil === '%') return digitsOf(value, 4, notation, options.bigEndian);
  const digits = digitsOf(encodeImmediate(value, sigil), 4, notation, options.bigEndian);
  const word = new Uint8Array(digits.length + 1);
  word.set(DOT);
  word.set(digits, 1);
  return word;
}

/** The bits of an immediate in its instruction: in I format for `!`, S for `@`, U for `~`. */
function encodeImmediate(value: number, sigil: string): number {
  if (sigil === '!') return (value & 0xfff) << 20;
  if (sigil === '@') return ((value & 0x1f) << 7) | ((value & 0xfe0) << 20);
  // It is rounded so that the sign-extended low part of an I format completes it.
  const high = value & 0xfffff000;
  return (value & 0xfff) < 0x800 ? high : (high + 0x1000) | 0;
}
