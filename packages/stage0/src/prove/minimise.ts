// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * A table of states → the smallest one that does the same, by refining a partition (Moore's algorithm).
 *
 * States are together at first when all 257 answers show the same, and are parted while an answer leads them to
 * states that are apart. Invariant of the result: any two states are told apart by some input; state 0 is still the
 * first, and states are in the order of the shortest inputs that lead to them.
 */
import { type MealyRow, type MealyTable, rowAt } from './mealy.ts';

/** The smallest table of the same behaviour. */
export function minimise(table: MealyTable): MealyTable {
  const { rows } = table;
  let classes = numbered(rows.map(({ out, end, to }) => [end, ...out, ...signs(to)].join('|')));
  for (;;) {
    const keys = rows.map(({ to }, state) => `${classes.of[state]}|${toClasses(to, classes.of)}`);
    const next = numbered(keys);
    if (next.count === classes.count) break;
    classes = next;
  }
  return { opening: table.opening, rows: representatives(rows, classes.of, classes.count) };
}

function signs(to: Int32Array): number[] {
  return Array.from(to, (state) => (state < 0 ? 1 : 0));
}

function toClasses(to: Int32Array, classes: readonly number[]): string {
  return Array.from(to, (state) => (state < 0 ? -1 : classes[state])).join(',');
}

/** Texts → numbers in the order in which they come: the same for the same text. */
function numbered(texts: readonly string[]): { of: number[]; count: number } {
  const numbers = new Map<string, number>();
  const of = texts.map((text) => {
    const known = numbers.get(text) ?? numbers.size;
    numbers.set(text, known);
    return known;
  });
  return { of, count: numbers.size };
}

/** The first state of each class stands for it: rows are in the order of discovery, so classes are as well. */
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

/** A shortest input to each state. */
export function accessWords(table: MealyTable): number[][] {
  const words: number[][] = table.rows.map(() => []);
  const seen = new Set([0]);
  for (const state of seen) {
    for (const [byte, next] of rowAt(table, state).to.entries()) {
      if (next < 0 || seen.has(next)) continue;
      seen.add(next);
      words[next] = [...(words[state] as number[]), byte];
    }
  }
  return words;
}
