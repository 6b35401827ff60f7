// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * The sigils: what the character before a label's name makes of a reference to it.
 *
 * This is the only table of them. scan.ts asks for the size of the hole, link.ts for the value.
 *
 * Behaviour defined by mescc-tools/hex2_linker.c and hex2_word.c of stage0-posix 1.9.1.
 */
import { immediateB, immediateI, immediateJ, immediateU } from './riscv.ts';

/** On RISC-V: a reference that has no hole of its own but is put into an instruction. */
export interface Immediate {
  /** Encodes the displacement as bits of the instruction. */
  readonly encode: (displacement: number) => number;
  /** Bits that an even, signed displacement must fit; undefined if any value is truncated. */
  readonly bits?: number;
}

export interface Sigil {
  /** Bytes of the hole. */
  readonly size: number;
  /** What is put into it: the label's address, or the displacement to it. */
  readonly absolute: boolean;
  /** Undefined if RISC-V is like all others. */
  readonly immediate?: Immediate;
}

export const SIGILS: Readonly<Record<string, Sigil>> = {
  '!': { size: 1, absolute: false, immediate: { encode: immediateI } },
  '@': { size: 2, absolute: false, immediate: { encode: immediateB, bits: 13 } },
  $: { size: 2, absolute: true, immediate: { encode: immediateJ, bits: 21 } },
  '~': { size: 3, absolute: false, immediate: { encode: immediateU } },
  '%': { size: 4, absolute: false },
  '&': { size: 4, absolute: true },
};

/** Those that hex2-0 has. */
export const MINIMAL_SIGILS = '!@$%&';

/** The sigil of a character code. */
export function sigilOf(code: number): Sigil {
  return SIGILS[String.fromCharCode(code)] as Sigil;
}
