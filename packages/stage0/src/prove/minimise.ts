// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * A table of states → the smallest one that does the same, by refining a partition (Moore's
 * algorithm).
 *
 * At first, states are in the same group if all 257 answers show the same output. A group is split
 * as long as an answer leads two of its states to different groups. Invariant of the result: some
 * input distinguishes any two states; state 0 is still the first, and states are in the order of
 * the shortest inputs that lead to them.
 */
import { ALL_BYTES } from './compare.ts';
import { type MealyRow, type MealyTable, rowAt } from './mealy.ts';

/**
 * The smallest table with the same behaviour.
 *
 * @param bytes the bytes that inputs consist of. For others the program is taken to end without
 *   output.
 */
export function minimise(table: MealyTable, bytes: readonly number[] = ALL_BYTES): MealyTable {
  const rows = bytes === ALL_BYTES ? table.rows : restricted(table, bytes);
  let classes = numbered(rows.map(({ out, end, to }) => [end, ...out, ...signs(to)].join('|')));
  for (;;) {
    const keys = rows.map(({ to }, state) => `${classes.of[state]}|${toClasses(to, classes.of)}`);
    const next = numbered(keys);
    if (next.count === classes.count) break;
    classes = next;
  }
  return { opening: table.opening, rows: representatives(rows, classes.of, classes.count) };
}

/** Keeps only the states that inputs of these bytes lead to, in the order of these inputs. */
function restricted(table: MealyTable, bytes: readonly number[]): MealyRow[] {
  const numbers = new Map([...accessWords(table, bytes).keys()].map((state, at) => [state, at]));
  return [...numbers.keys()].map((state) => {
    const row = rowAt(table, state);
    const to = new Int32Array(256).fill(-1);
    const out = Array.from({ length: 256 }, () => '');
    for (const byte of bytes) {
      to[byte] = numbers.get(row.to[byte] as number) ?? -1;
      out[byte] = row.out[byte] as string;
    }
    return { to, out, end: row.end };
  });
}

function signs(to: Int32Array): number[] {
  return Array.from(to, (state) => (state < 0 ? 1 : 0));
}

function toClasses(to: Int32Array, classes: readonly number[]): string {
  return Array.from(to, (state) => (state < 0 ? -1 : classes[state])).join(',');
}

/** Numbers texts in the order in which they come. Equal texts get the same number. */
function numbered(texts: readonly string[]): { of: number[]; count: number } {
  const numbers = new Map<string, number>();
  const of = texts.map((text) => {
    const known = numbers.get(text) ?? numbers.size;
    numbers.set(text, known);
    return known;
  });
  return { of, count: numbers.size };
}

/**
 * The first state of each class represents it. Rows are in the order of discovery, so classes are
 * too.
 */
function representatives(
  rows: readonly MealyRow[],
  classes: readonly number[],
  count: number,
): MealyRow[] {
  const kept: MealyRow[] = [];
  for (const [state, row] of rows.entries()) {
    if (kept.length === count) break;
    if (classes[state] !== kept.length) continue;
    const to = row.to.map((next) => (next < 0 ? -1 : (classes[next] as number)));
    kept.push({ to, out: row.out, end: row.end });
  }
  return kept;
}

/**
 * Each state that an input of these bytes leads to → a shortest such input; shorter inputs first.
 */
export function accessWords(table: MealyTable, bytes: readonly number[]): Map<number, number[]> {
  const words = new Map<number, number[]>(table.rows.length === 0 ? [] : [[0, []]]);
  for (const [state, word] of words) {
    const { to } = rowAt(table, state);
    for (const byte of bytes) {
      const next = to[byte] as number;
      if (next >= 0 && !words.has(next)) words.set(next, [...word, byte]);
    }
  }
  return words;
}
