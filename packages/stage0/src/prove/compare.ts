// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * Two tables of states → equal, or a shortest input on which they differ.
 *
 * Pairs of states that one input leads to, breadth first: the first pair that does not do the same gives a shortest
 * input. Invariant: when all pairs do the same, so do the programs on every input.
 */
import { type MealyTable, rowAt } from './mealy.ts';

/** Where two programs differ. */
export interface Difference {
  /** The whole input. */
  readonly input: readonly number[];
  /** What is seen of each with it. */
  readonly left: string;
  readonly right: string;
}

/**
 * Undefined when they do the same on every input.
 *
 * @param bytes that inputs may be made of; all unless told.
 */
export function difference(
  left: MealyTable,
  right: MealyTable,
  bytes: readonly number[] = ALL_BYTES,
  from: readonly [number, number] = [0, 0],
): Difference | undefined {
  if (left.opening !== right.opening || left.rows.length === 0 || right.rows.length === 0) {
    if (left.opening === right.opening) return undefined;
    return { input: [], left: left.opening, right: right.opening };
  }
  const pairs = [{ a: from[0], b: from[1], before: -1, byte: 0 }];
  const seen = new Set([from[0] * right.rows.length + from[1]]);
  for (let at = 0; at < pairs.length; at++) {
    const { a, b } = pairs[at] as (typeof pairs)[number];
    const [one, other] = [rowAt(left, a), rowAt(right, b)];
    if (one.end !== other.end) return { input: wayTo(pairs, at), left: one.end, right: other.end };
    for (const byte of bytes) {
      const [x, y] = [one.to[byte] as number, other.to[byte] as number];
      if (one.out[byte] !== other.out[byte] || x < 0 !== y < 0) {
        const input = [...wayTo(pairs, at), byte];
        return { input, left: one.out[byte] as string, right: other.out[byte] as string };
      }
      const pair = x * right.rows.length + y;
      if (x < 0 || seen.has(pair)) continue;
      seen.add(pair);
      pairs.push({ a: x, b: y, before: at, byte });
    }
  }
  return undefined;
}

export const ALL_BYTES: readonly number[] = Array.from({ length: 256 }, (_, byte) => byte);

function wayTo(pairs: readonly { before: number; byte: number }[], to: number): number[] {
  const way: number[] = [];
  for (let at = to; at > 0; ) {
    const pair = pairs[at] as { before: number; byte: number };
    way.unshift(pair.byte);
    at = pair.before;
  }
  return way;
}
