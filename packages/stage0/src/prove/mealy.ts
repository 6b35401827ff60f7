// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * Tables of states: what each of 256 bytes and the end of the input lead to. State 0 is the first;
 * a table without rows is that of a program that ends before it reads.
 */

/** What one state does. */
export interface MealyRow {
  /** The next state for each byte; -1 when the program has ended. */
  readonly to: Int32Array;
  /** What is seen for each byte, with the ending if there is one. */
  readonly out: readonly string[];
  /** What is seen at the end of the input, with the ending. */
  readonly end: string;
}

export interface MealyTable {
  /** What is seen before the first read. */
  readonly opening: string;
  readonly rows: readonly MealyRow[];
}

/** The row of a state of the table. */
export function rowAt(table: MealyTable, state: number): MealyRow {
  return table.rows[state] as MealyRow;
}

/** Everything that is seen when `input` is the whole input. */
export function run(table: MealyTable, input: Iterable<number>, from = 0): string {
  let seen = '';
  let state = from;
  for (const byte of input) {
    const row = rowAt(table, state);
    seen += row.out[byte];
    state = row.to[byte] as number;
    if (state < 0) return seen;
  }
  return seen + rowAt(table, state).end;
}
