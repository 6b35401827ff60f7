// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * What fnstenv and fnsave store, and fldenv and frstor load, in its two sizes (Intel SDM volume 1,
 * chapter 8.1.10): the control, status and tag words, the addresses of the last instruction and of
 * its operand, and for fnsave and frstor also the registers, from the top of the stack down. The
 * selectors and the opcode are stored as 0, as processors have done since 2011.
 */
import { readExtended, writeExtended } from './number.ts';
import type { Fpu } from './unit.ts';

/** Size of an environment in bytes, without and with the operand size prefix. */
export const ENVIRONMENT = { 4: 28, 2: 14 } as const;
/** The same, with the registers. */
export const STATE = { 4: 108, 2: 94 } as const;
const REGISTER_BYTES = 10;
/** The upper half of each 16-bit word in an environment of 28 bytes. */
const FILLER = 0xffff0000;

/** The environment in 14 or 28 bytes, or the whole state in 94 or 108. */
export function storeState(unit: Fpu, size: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(size);
  const view = new DataView(bytes.buffer);
  const isShort = size === ENVIRONMENT[2] || size === STATE[2];
  const step = isShort ? 2 : 4;
  const { instruction, operand } = unit;
  const words = [unit.control, unit.statusWord, unit.tagWord, instruction, 0, operand, 0];
  const isAddress = (at: number): boolean => at >= 3 && at <= 5;
  for (const [at, word] of words.entries()) {
    if (isShort) view.setUint16(at * step, word & 0xffff, true);
    else view.setUint32(at * step, isAddress(at) ? word : word | FILLER, true);
  }
  const length = words.length * step;
  for (let place = 0; size > length && place < 8; place++) {
    writeExtended(unit.content(place), view, length + place * REGISTER_BYTES);
  }
  return bytes;
}

/** The inverse of {@link storeState}. */
export function loadState(unit: Fpu, bytes: Uint8Array): void {
  const size = bytes.length;
  const view = new DataView(bytes.buffer, bytes.byteOffset, size);
  const isShort = size === ENVIRONMENT[2] || size === STATE[2];
  const step = isShort ? 2 : 4;
  const word = (at: number): number => view.getUint16(at * step, true);
  const address = (at: number): number => (isShort ? word(at) : view.getInt32(at * step, true));
  unit.control = word(0);
  unit.statusWord = word(1);
  unit.tagWord = word(2);
  unit.instruction = address(3);
  unit.operand = address(5);
  const length = 7 * step;
  for (let place = 0; size > length && place < 8; place++) {
    unit.setContent(place, readExtended(view, length + place * REGISTER_BYTES));
  }
}
