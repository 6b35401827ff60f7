// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * Words of the stack whose values are in temporaries, so that code need not load what it has just
 * stored or loaded: address, as far as it is known → temporary.
 *
 * Stack machines push an operand to pop it, and store a variable to load it for the next statement.
 * Only words that the block reads later are remembered. Invariant: a temporary equals the four
 * bytes of memory at its word.
 */
import type { Instruction } from '../decode.ts';
import { isGuarded, type Known, type Registers, stackReads } from './known.ts';

/** Distances of words are less than this from their roots: see {@link isGuarded}. */
const REACH = 1 << 16;

/** Words that are remembered at a time. */
const MAX_WORDS = 32;

/** A word that is remembered. */
export interface StackWord {
  readonly address: Known;
  readonly temporary: number;
}

/** Word → position of the instruction of a block that reads it last. */
export type LastReads = ReadonlyMap<number, number>;

/** @param before what the registers hold before each instruction. */
export function lastReads(
  instructions: readonly Instruction[],
  before: readonly Registers[],
): LastReads {
  const last = new Map<number, number>();
  for (const [at, instruction] of instructions.entries()) {
    for (const { address, size } of stackReads(instruction, before[at] ?? [])) {
      if (size === 4) last.set(keyOf(address), at);
    }
  }
  return last;
}

export class StackWords {
  private readonly words = new Map<number, StackWord>();
  private reads: LastReads = new Map();
  private position = 0;

  /** A block begins. */
  begin(reads: LastReads): void {
    this.words.clear();
    this.reads = reads;
    this.position = 0;
  }

  /** The instruction at the position is next. */
  startInstruction(position: number): void {
    this.position = position;
    for (const key of this.words.keys()) {
      if ((this.reads.get(key) ?? -1) < position) this.words.delete(key);
    }
  }

  /** Temporaries that are in use. */
  temporaries(): number[] {
    return [...this.words.values()].map(({ temporary }) => temporary);
  }

  /** The temporary that holds the word at the address. */
  get(address: Known | undefined): number | undefined {
    // A constant address, or one that is far from its root, would have the key of another word.
    if (address === undefined || !isGuarded(address)) return undefined;
    return this.words.get(keyOf(address))?.temporary;
  }

  /** Does a later instruction of the block read the word? */
  isReadLater(address: Known): boolean {
    return (this.reads.get(keyOf(address)) ?? -1) > this.position;
  }

  /** What later instructions read. */
  readLater(): StackWord[] {
    return [...this.words.values()].filter(({ address }) => this.isReadLater(address));
  }

  /** The word at the address is in the temporary. */
  remember(address: Known, temporary: number): void {
    if (!this.isReadLater(address)) return;
    this.words.set(keyOf(address), { address, temporary });
    const [oldest] = this.words.keys();
    if (this.words.size > MAX_WORDS && oldest !== undefined) this.words.delete(oldest);
  }

  /**
   * `size` bytes at the address have been written. Words that have another root may be the same.
   */
  written({ root, value }: Known, size: number): void {
    for (const [key, { address }] of this.words) {
      const isApart = address.value + 4 <= value || value + size <= address.value;
      if (address.root !== root || !isApart) this.words.delete(key);
    }
  }

  /** Memory may have changed in any way, or roots have. */
  forget(): void {
    this.words.clear();
  }
}

/** Of an address that guards cover; another for each. */
function keyOf({ root, value }: Known): number {
  return root * REACH + value;
}
