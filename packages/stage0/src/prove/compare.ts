// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * Two tables of states → equal, or a shortest input on which they differ.
 *
 * Pairs of states that one input leads to, breadth first: the first pair that does not do the same gives a shortest
 * input. Invariant: when all pairs do the same, so do the programs on every input. Where the model cannot follow
 * (`?`) nothing is said: a complete table has no such place.
 */
import { type MealyTable, rowAt } from './mealy.ts';

/** Where two programs differ. */
export interface Difference {
  /** The input: all of it when `atEnd`, else any that begins so. */
  readonly input: readonly number[];
  /** What is seen of each in the last step. */
  readonly left: string;
  readonly right: string;
}

/** Every byte. */
export const ALL_BYTES: readonly number[] = Array.from({ length: 256 }, (_, byte) => byte);

/**
 * Undefined when they do the same on every input.
 *
 * @param bytes that inputs may be made of.
 */
export function difference(
  left: MealyTable,
  right: MealyTable,
  bytes: readonly number[],
  from: readonly [number, number] = [0, 0],
): Difference | undefined {
  return new PairSearch(left, right, bytes, from).advance();
}

interface Pair {
  readonly left: number;
  readonly right: number;
  /** The pair that it was reached from, as an index, and by which byte. */
  readonly before: number;
  readonly byte: number;
}

/** The search, which can go on while rows are added to the left table. */
export class PairSearch {
  private readonly pairs: Pair[];
  private readonly seen = new Set<number>();
  private at = 0;
  private readonly left: MealyTable;
  private readonly right: MealyTable;
  private readonly bytes: readonly number[];

  constructor(
    left: MealyTable,
    right: MealyTable,
    bytes: readonly number[],
    [one, other]: readonly [number, number] = [0, 0],
  ) {
    this.left = left;
    this.right = right;
    this.bytes = bytes;
    this.pairs = [{ left: one, right: other, before: -1, byte: 0 }];
    this.seen.add(this.numberOf(one, other));
  }

  /** Look at all pairs whose rows are there. */
  advance(): Difference | undefined {
    const { left, right } = this;
    if (left.opening !== right.opening) {
      if (left.opening.includes('?') || right.opening.includes('?')) return undefined;
      return { input: [], left: left.opening, right: right.opening };
    }
    for (; this.at < this.pairs.length; this.at++) {
      const pair = this.pairs[this.at] as Pair;
      if (pair.left >= left.rows.length || pair.right >= right.rows.length) return undefined;
      const found = this.look(pair);
      if (found !== undefined) return found;
    }
    return undefined;
  }

  private look(pair: Pair): Difference | undefined {
    const [one, other] = [rowAt(this.left, pair.left), rowAt(this.right, pair.right)];
    if (differs(one.end, other.end)) {
      return { input: this.way(), left: one.end, right: other.end };
    }
    for (const byte of this.bytes) {
      const [left, right] = [one.out[byte] as string, other.out[byte] as string];
      if (differs(left, right)) return { input: [...this.way(), byte], left, right };
      this.add(one.to[byte] as number, other.to[byte] as number, byte);
    }
    return undefined;
  }

  /** An ending is part of what is seen, so either both go on or none does, unless one cannot be followed. */
  private add(left: number, right: number, byte: number): void {
    const number = this.numberOf(left, right);
    if (left < 0 || right < 0 || this.seen.has(number)) return;
    this.seen.add(number);
    this.pairs.push({ left, right, before: this.at, byte });
  }

  private numberOf(left: number, right: number): number {
    return left * this.right.rows.length + right;
  }

  /** The input that leads to the pair that is looked at. */
  private way(): number[] {
    const way: number[] = [];
    for (let at = this.at; at > 0; ) {
      const pair = this.pairs[at] as Pair;
      way.unshift(pair.byte);
      at = pair.before;
    }
    return way;
  }
}

function differs(left: string, right: string): boolean {
  return left !== right && !left.includes('?') && !right.includes('?');
}
