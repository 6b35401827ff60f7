// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * The sigils: what the character before a label's name makes of a reference to it.
 *
 * This is the only table of them. scan.ts asks for the size of the hole, link.ts for the value.
 *
 * Behaviour defined by mescc-tools/hex2_linker.c and hex2_word.c of stage0-posix 1.9.1.
 */
import { immediateB, immediateI, immediateJ, immediateU } from './riscv.ts';

/** For RISC-V: a reference without a hole of its own, which changes an instruction. */
export interface Immediate {
  /** Encodes the displacement as bits of the instruction. */
  readonly encode: (displacement: number) => number;
  /**
   * How many bits an even, signed displacement must fit into; undefined if any value is truncated.
   */
  readonly bits?: number;
}

export interface Sigil {
  /** Size of the hole in bytes. */
  readonly size: number;
  /** What the hole gets: the label's address if true, otherwise the displacement to the label. */
  readonly absolute: boolean;
  /** Undefined if the sigil has no special meaning on RISC-V. */
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

/** The sigils that hex2-0 has. */
export const MINIMAL_SIGILS = '!@$%&';

/** The sigil of a character code. */
export function sigilOf(code: number): Sigil {
  return SIGILS[String.fromCharCode(code)] as Sigil;
}
