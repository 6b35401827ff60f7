// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * Random cases for x87 instructions: a stream of numbers → a guest. For each case, it loads a
 * random state, runs one instruction and stores the state; at the end, it writes everything to
 * standard output.
 *
 * Numbers are of all kinds, at both ends of each format, halfway between two neighbours, and in
 * pairs that are close together. Control words have all precisions, rounding modes and masks.
 */
import { X87_ROWS, type X87Operation } from '../src/x87/table.ts';
import { DATA, elf, exit, load, system, word } from './guest.ts';
import type { Dice } from './random-code.ts';

/** Where the parts of a case are in its record. */
const STATE = 0;
const MEMORY = 108;
const FLAGS = 220;
export const OUT_FLAGS = 224;
export const OUT_EAX = 228;
const OUT_STATE = 232;
export const RECORD = 340;

/** The addresses of instruction and operand, which differ between kernels and processors. */
const POINTERS = [12, 28] as const;

/** All forms of an operation that are in the table. */
export interface Form {
  readonly opcode: number;
  readonly modRM: number;
  readonly operands: readonly string[];
}

/** Operation → the forms that it has. */
export function formsOf(): Map<X87Operation, Form[]> {
  const forms = new Map<X87Operation, Form[]>();
  for (const [opcode, row] of X87_ROWS) {
    row.forEach((entry, modRM) => {
      // Of the memory operands, only the one with a 32-bit displacement.
      if (entry === undefined || (modRM < 0xc0 && (modRM & 0xc7) !== 5)) return;
      const { operation, operands } = entry;
      forms.set(operation, [...(forms.get(operation) ?? []), { opcode, modRM, operands }]);
    });
  }
  return forms;
}

/** A guest, and the text of each of its cases. */
export interface Cases {
  readonly image: Uint8Array;
  readonly texts: readonly string[];
}

const USUAL_CONTROLS = [0x37f, 0x27f, 0x07f, 0x17f, 0x77f, 0xb7f, 0xf7f, 0x340];

/** `count` cases of `forms`; operations whose name begins with `fi` get integers. */
export function makeCases(dice: Dice, forms: readonly Form[], name: string, count: number): Cases {
  const records = new Uint8Array(count * RECORD);
  const code: number[] = [];
  const texts: string[] = [];
  for (let n = 0; n < count; n++) {
    const at = DATA + n * RECORD;
    const record = records.subarray(n * RECORD, (n + 1) * RECORD);
    const { opcode, modRM, operands } = forms[dice(forms.length)] as Form;
    record.set(stateBytes(dice), STATE);
    const memory = operands.find((letters) => letters.startsWith('M'));
    record.set(memoryBytes(dice, memory, name), MEMORY);
    new DataView(record.buffer, record.byteOffset).setUint32(
      FLAGS,
      (dice(0x1000) & 0x8d5) | 2,
      true,
    );
    const short = (memory === 'Me' || memory === 'Ms') && dice(4) === 0 ? [0x66] : [];
    const address = memory === undefined ? [] : word(at + MEMORY);
    const bytes = [...short, opcode, modRM, ...address];
    code.push(
      ...[0xdd, 0x25, ...word(at + STATE)], // frstor
      ...load(0, 0x12345678),
      ...[0xff, 0x35, ...word(at + FLAGS), 0x9d], // push; popf
      ...bytes,
      ...[0x9c, 0x8f, 0x05, ...word(at + OUT_FLAGS)], // pushf; pop
      ...[0xa3, ...word(at + OUT_EAX)],
      ...[0xdd, 0x35, ...word(at + OUT_STATE)], // fnsave
    );
    texts.push(`${hex(bytes)}, ${describeState(record)}`);
  }
  code.push(...system(4, 1, DATA, records.length), ...exit(0));
  return { image: withData(code, records), texts };
}

/** The part of a record that must be equal. */
export function comparable(record: Uint8Array): string {
  // A copy with a buffer of its own: slice() of a Buffer would be a view of the whole output.
  const parts = Uint8Array.from(record.subarray(MEMORY));
  for (const start of [0, OUT_STATE - MEMORY])
    parts.fill(0, start + POINTERS[0], start + POINTERS[1]);
  const state = parts.subarray(OUT_STATE - MEMORY);
  const view = new DataView(parts.buffer);
  const flags = view.getUint32(OUT_FLAGS - MEMORY, true) & 0xcd5;
  const eax = view.getUint32(OUT_EAX - MEMORY, true);
  return [
    `memory ${hex(parts.subarray(0, FLAGS - MEMORY)).replace(/( 00)+$/, '')}`,
    `flags ${flags.toString(16)} eax ${eax.toString(16)}`,
    describeState(state),
  ].join('\n');
}

/** The words and registers in the state that fnsave stores. */
function describeState(state: Uint8Array): string {
  const view = new DataView(state.buffer, state.byteOffset, state.length);
  const short = (at: number): string => view.getUint16(at, true).toString(16).padStart(4, '0');
  const registers = Array.from({ length: 8 }, (_, n) => {
    const at = 28 + n * 10;
    return `${short(at + 8)}:${view.getBigUint64(at, true).toString(16).padStart(16, '0')}`;
  });
  return `control ${short(0)} status ${short(4)} tags ${short(8)}\n  ${registers.join('\n  ')}`;
}

function hex(bytes: Iterable<number>): string {
  return [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join(' ');
}

/** An executable with `data` at DATA. */
function withData(code: readonly number[], data: Uint8Array): Uint8Array {
  const image = elf(code, data.length);
  const bytes = new Uint8Array(FILE_START + data.length);
  bytes.set(image);
  bytes.set(data, FILE_START);
  new DataView(bytes.buffer).setUint32(FILE_SIZE_FIELD, bytes.length, true);
  return bytes;
}
/** The offset of DATA in a file that is loaded at 0x08048000. */
const FILE_START = DATA - 0x08048000;
const FILE_SIZE_FIELD = 52 + 16;

function controlWord(dice: Dice): number {
  if (dice(2) === 0) return USUAL_CONTROLS[dice(USUAL_CONTROLS.length)] as number;
  const masks = dice(3) === 0 ? dice(64) : 63;
  return 0x40 | masks | (dice(4) << 8) | (dice(4) << 10);
}

/** A state for frstor: no exception pending, most registers full, some neighbours similar. */
function stateBytes(dice: Dice): Uint8Array {
  const bytes = new Uint8Array(108);
  const view = new DataView(bytes.buffer);
  const control = controlWord(dice);
  const raised = dice(3) === 0 ? dice(128) & (control | 0x40) : 0;
  view.setUint32(0, control, true);
  view.setUint32(4, raised | (dice(8) << 11) | (dice(2) === 0 ? 0 : dice(0x10000) & 0x4700), true);
  const emptiness = dice(3) === 0 ? 3 : 12;
  const allEmpty = dice(3) === 0;
  let tags = 0;
  for (let at = 0; at < 8; at++) tags |= (allEmpty || dice(emptiness) === 0 ? 3 : 0) << (2 * at);
  view.setUint32(8, tags, true);
  for (let at = 0; at < 8; at++) {
    const place = 28 + at * 10;
    if (at > 0 && dice(3) === 0) {
      bytes.copyWithin(place, 28, 38);
      nudge(dice, view, place);
    } else bytes.set(extendedBytes(dice), place);
  }
  return bytes;
}

/** Almost the same number. */
function nudge(dice: Dice, view: DataView, at: number): void {
  if (dice(2) === 0) {
    const significand = view.getBigUint64(at, true);
    view.setBigUint64(at, significand ^ (1n << BigInt(dice(63))), true);
  }
  if (dice(2) === 0) view.setUint16(at + 8, view.getUint16(at + 8, true) + dice(140) - 70, true);
  if (dice(2) === 0) view.setUint16(at + 8, view.getUint16(at + 8, true) ^ 0x8000, true);
}

const FIRST_BIT = 1n << 63n;

function random64(dice: Dice): bigint {
  let value = 0n;
  for (let at = 0; at < 4; at++) value = (value << 16n) | BigInt(dice(0x10000));
  return value;
}

/** The first bit is set; the others are random, few, or at the places that rounding depends on. */
function significand(dice: Dice): bigint {
  switch (dice(6)) {
    case 0:
      return FIRST_BIT;
    case 1:
      return FIRST_BIT | (random64(dice) & -(1n << BigInt(40 + dice(24))));
    case 2:
      return (0xffffffffffffffffn << BigInt(dice(63))) & 0xffffffffffffffffn;
    case 3:
      return FIRST_BIT | (random64(dice) & 0xffffff0000000000n) | (1n << BigInt(dice(42)));
    default:
      return FIRST_BIT | random64(dice);
  }
}

/** Exponents at the limits of formats and cases. */
const EXPONENTS = [1, 0x7ffe, 16383 - 1023, 16383 + 1023, 16383 - 127, 16383 + 127, 16383];

function extendedBytes(dice: Dice): Uint8Array {
  const bytes = new Uint8Array(10);
  const view = new DataView(bytes.buffer);
  let exponent = 16383 + dice(141) - 70;
  let bits = significand(dice);
  switch (dice(20)) {
    case 0:
      [exponent, bits] = [0, 0n];
      break;
    case 1:
      [exponent, bits] = [0, (bits & ~FIRST_BIT) >> BigInt(dice(62))];
      break;
    case 2:
      exponent = 0;
      break;
    case 3:
      [exponent, bits] = [0x7fff, FIRST_BIT];
      break;
    case 4:
      exponent = 0x7fff;
      break;
    case 5:
      [exponent, bits] = [0x7fff, bits & ~(1n << 62n)];
      break;
    case 6:
      [exponent, bits] = [1 + dice(0x7fff), bits & ~FIRST_BIT];
      break;
    case 7:
      exponent = 1 + dice(0x7ffe);
      break;
    case 8:
    case 9:
    case 10:
      exponent = (EXPONENTS[dice(EXPONENTS.length)] as number) + dice(131) - 65;
      exponent = Math.min(0x7ffe, Math.max(0, exponent));
      break;
    default:
      break;
  }
  view.setBigUint64(0, bits, true);
  view.setUint16(8, exponent | (dice(2) << 15), true);
  return bytes;
}

function memoryBytes(dice: Dice, letters: string | undefined, name: string): Uint8Array {
  const isInteger = name.startsWith('fi');
  switch (letters) {
    case 'M4':
      return isInteger ? integerBytes(dice, 4) : realBytes(dice, 4);
    case 'M8':
      return isInteger ? integerBytes(dice, 8) : realBytes(dice, 8);
    case 'M2':
      return integerBytes(dice, 2);
    case 'M10':
      return name === 'fld' ? extendedBytes(dice) : decimalBytes(dice);
    case 'Me':
    case 'Ms':
      return stateBytes(dice);
    default:
      return new Uint8Array(0);
  }
}

function integerBytes(dice: Dice, size: number): Uint8Array {
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setBigInt64(
    0,
    BigInt.asIntN(64, random64(dice)) >> BigInt(dice(64)),
    true,
  );
  return bytes.subarray(0, size);
}

function realBytes(dice: Dice, size: 4 | 8): Uint8Array {
  const bytes = new Uint8Array(size);
  const places = size === 4 ? 23 : 52;
  const most = size === 4 ? 255 : 2047;
  const half = most >> 1;
  const choices = [0, most, 1, most - 1, half, half + dice(60) - 30, dice(most + 1)];
  const exponent = BigInt(choices[dice(choices.length)] as number);
  const fraction = (significand(dice) & ~FIRST_BIT) >> BigInt(63 - places);
  const sign = BigInt(dice(2)) << BigInt(size * 8 - 1);
  const bits = sign | (exponent << BigInt(places)) | (dice(4) === 0 ? 0n : fraction);
  const view = new DataView(bytes.buffer);
  if (size === 4) view.setUint32(0, Number(bits), true);
  else view.setBigUint64(0, bits, true);
  return bytes;
}

function decimalBytes(dice: Dice): Uint8Array {
  const digits = Array.from({ length: 9 }, () => dice(10) | (dice(10) << 4));
  return Uint8Array.from([...digits, dice(2) << 7]);
}
