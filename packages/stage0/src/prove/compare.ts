// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * Two tables of states → equal, or a shortest input on which they differ. All output up to the end
 * of the input is compared, not the step in which it appears.
 *
 * Explores the pairs of states that one input leads to, breadth first, each with the output that
 * one program has written and the other has not yet. The first pair whose outputs at the end differ
 * gives a shortest input. Invariant: if no pair differs, the programs do the same on every input.
 * Places where the model cannot follow (`?`) do not count: a complete table has none.
 */
import { type MealyTable, rowAt } from './mealy.ts';

/** Where two programs differ. */
export interface Difference {
  /** The whole input. */
  readonly input: readonly number[];
  /**
   * What each program shows after the first read of this input; or before it, if they already
   * differ there.
   */
  readonly left: string;
  readonly right: string;
}

/** Every byte. */
export const ALL_BYTES: readonly number[] = Array.from({ length: 256 }, (_, byte) => byte);

/** Characters of output by which one program may be ahead before the search gives up. */
const MAX_AHEAD = 64;

/**
 * Where two programs differ; undefined when they do the same on every input.
 *
 * @param the bytes that inputs may contain.
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
  /** The states of both programs; -1 for a program that has ended. */
  readonly left: number;
  readonly right: number;
  /** Output that only one program has shown so far. When both have such output, they differ. */
  readonly leftAhead: string;
  readonly rightAhead: string;
  /** The index of the pair from which this one was first reached, and the byte that led here. */
  readonly before: number;
  readonly byte: number;
}

/** The search. It can continue while rows are added to the left table. */
export class PairSearch {
  /** One program is so far ahead of the other that the search ended there. */
  gaveUp = false;
  private readonly pairs: Pair[];
  private readonly seen = new Set<string>();
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
    this.pairs = [];
    const fromStart = one === 0 && other === 0;
    const [shownLeft, shownRight] = fromStart ? [left.opening, right.opening] : ['', ''];
    const state = (table: MealyTable, at: number) => (hasEnded(table) ? -1 : at);
    this.add(state(left, one), state(right, other), shownLeft, shownRight, -1, 0);
  }

  /** Process all pairs whose rows exist. */
  advance(): Difference | undefined {
    const { left, right } = this;
    if (isUnclear(left.opening) || isUnclear(right.opening)) return undefined;
    for (; this.at < this.pairs.length; this.at++) {
      const pair = this.pairs[this.at] as Pair;
      const conflict = pair.leftAhead !== '' && pair.rightAhead !== '';
      if (!conflict && pair.left >= left.rows.length) return undefined;
      if (!conflict && pair.right >= right.rows.length) return undefined;
      if (conflict || this.endsDiffer(pair)) return this.found(pair);
      this.follow(pair);
    }
    return undefined;
  }

  private endsDiffer(pair: Pair): boolean {
    const one = pair.leftAhead + endOf(this.left, pair.left);
    const other = pair.rightAhead + endOf(this.right, pair.right);
    return one !== other && !isUnclear(one) && !isUnclear(other);
  }

  private found(pair: Pair): Difference {
    const input = this.way();
    const { leftAhead, rightAhead } = pair;
    if (input.length === 0 && leftAhead !== '' && rightAhead !== '') {
      return { input, left: this.left.opening, right: this.right.opening };
    }
    return {
      input,
      left: leftAhead + endOf(this.left, pair.left),
      right: rightAhead + endOf(this.right, pair.right),
    };
  }

  private follow(pair: Pair): void {
    for (const byte of this.bytes) {
      const [left, shownLeft] = step(this.left, pair.left, byte);
      const [right, shownRight] = step(this.right, pair.right, byte);
      if (isUnclear(shownLeft) || isUnclear(shownRight)) continue;
      if (left < 0 && right < 0 && shownLeft === shownRight && pair.leftAhead === pair.rightAhead) {
        continue;
      }
      this.add(
        left,
        right,
        pair.leftAhead + shownLeft,
        pair.rightAhead + shownRight,
        this.at,
        byte,
      );
    }
  }

  private add(
    left: number,
    right: number,
    shownLeft: string,
    shownRight: string,
    before: number,
    byte: number,
  ): void {
    const common = commonLength(shownLeft, shownRight);
    const leftAhead = shownLeft.slice(common);
    const rightAhead = shownRight.slice(common);
    if (
      leftAhead.length + rightAhead.length > MAX_AHEAD &&
      (leftAhead === '' || rightAhead === '')
    ) {
      this.gaveUp = true;
      return;
    }
    const key = `${left} ${right} ${leftAhead} ${rightAhead}`;
    if (this.seen.has(key)) return;
    this.seen.add(key);
    this.pairs.push({ left, right, leftAhead, rightAhead, before, byte });
  }

  /** The input that leads to the current pair. */
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

/** The program ends before its first read. */
function hasEnded({ opening }: MealyTable): boolean {
  return opening.includes('!');
}

function isUnclear(seen: string): boolean {
  return seen.includes('?');
}

/** What a state shows at the end of the input; a program that has ended shows nothing more. */
function endOf(table: MealyTable, state: number): string {
  return table.rows[state]?.end ?? '';
}

function step(table: MealyTable, state: number, byte: number): [next: number, shown: string] {
  if (state < 0) return [-1, ''];
  const row = rowAt(table, state);
  return [row.to[byte] as number, row.out[byte] as string];
}

function commonLength(one: string, other: string): number {
  let length = 0;
  while (length < one.length && length < other.length && one[length] === other[length]) length++;
  return length;
}
