// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * A program → the table of all its states, with one row for each state, which says what each of the
 * 257 answers of a read leads to.
 *
 * Breadth first, from the first read on. Invariant: if no new states appear any more, every state
 * that any input can lead to is in the table, and its row is complete.
 */
import type { MealyRow, MealyTable } from './mealy.ts';
import { END, MoreFlags, READ_FLAGS, Subject } from './subject.ts';

/** A program's file. */
export interface ProgramFile {
  readonly path: string;
  readonly bytes: Uint8Array;
}

/** What the exploration of a program found. */
export interface Exploration {
  readonly table: MealyTable;
  readonly states: number;
  readonly transitions: number;
  readonly instructions: number;
  /** Why the table is not complete; undefined when it is. */
  readonly open: string | undefined;
  /** The most bytes that a read asked for. */
  readonly mostAsked: number;
  readonly changedBytes: number;
  /**
   * The guest addresses between which memory changes between reads; the second is the one after the
   * last.
   */
  readonly changedRange: readonly [number, number];
  /** The EFLAGS bits that are part of a state. */
  readonly liveFlags: number;
}

export interface ExploreOptions {
  /** States after which the exploration gives up; default 100,000. */
  readonly maxStates?: number | undefined;
  /**
   * Gets the growing table and returns a callback, which runs after each row. If it returns true,
   * the exploration stops.
   */
  readonly watch?: ((table: MealyTable) => () => boolean) | undefined;
}

const DEFAULT_STATES = 100_000;
/** Limit of instructions for a whole exploration. Upstream's seed needs 84 million. */
const MAX_INSTRUCTIONS = 300_000_000;

/** Explore all states of `file`. Throws MachineError if it is not an i386 program. */
export function explore(file: ProgramFile, options: ExploreOptions = {}): Exploration {
  for (let liveFlags = 0; ; ) {
    try {
      return exploreWith(new Subject(file, liveFlags), liveFlags, options);
    } catch (error) {
      if (!(error instanceof MoreFlags)) throw error;
      liveFlags = Number(error.message);
    }
  }
}

function exploreWith(subject: Subject, liveFlags: number, options: ExploreOptions): Exploration {
  const states = new StateTable();
  const rows: MealyRow[] = [];
  const table: MealyTable = { opening: subject.opening, rows };
  const shouldStop = options.watch?.(table);
  const maxStates = options.maxStates ?? DEFAULT_STATES;
  let open: string | undefined;
  if (subject.waits) states.number(subject.row, subject.length);
  for (let state = 0; state < states.count; state++) {
    if (states.count > maxStates) {
      open = `it has more than ${maxStates} states`;
      break;
    }
    if (subject.executed > MAX_INSTRUCTIONS) {
      open = `it executes more than ${MAX_INSTRUCTIONS} instructions`;
      break;
    }
    rows.push(rowOf(subject, states, state));
    if (shouldStop?.() === true) {
      open = 'it was stopped';
      break;
    }
  }
  return {
    table,
    states: states.count,
    transitions: rows.length * 257,
    instructions: subject.executed,
    open: open ?? unclear(subject.opening, rows),
    mostAsked: subject.kernel.mostAsked,
    changedBytes: subject.changedBytes,
    changedRange: [subject.lowest, subject.highest],
    liveFlags,
  };
}

function rowOf(subject: Subject, states: StateTable, state: number): MealyRow {
  const from = states.row(state);
  subject.answer(from, END);
  const end = subject.seen;
  const to = new Int32Array(256);
  const out: string[] = [];
  for (let byte = 0; byte < 256; byte++) {
    const goesOn = subject.answer(from, byte);
    to[byte] = goesOn ? states.number(subject.row, subject.length) : -1;
    out.push(subject.seen);
  }
  return { to, out, end };
}

/**
 * Everything that can be seen of the program, its ending included, when `input` is the whole input.
 */
export function behaviour(file: ProgramFile, input: readonly number[]): string {
  const subject = new Subject(file, READ_FLAGS);
  let seen = subject.opening;
  for (const answer of [...input, END]) {
    if (!subject.waits) break;
    subject.answer(subject.row.slice(0, subject.length), answer);
    seen += subject.seen;
  }
  return seen;
}

/** The first place that the model could not follow, if there is one. */
function unclear(opening: string, rows: readonly MealyRow[]): string | undefined {
  if (opening.includes('?')) return after('the start', opening);
  for (const [state, { end, out }] of rows.entries()) {
    if (end.includes('?')) return after(`the end in state ${state}`, end);
    const byte = out.findIndex((text) => text.includes('?'));
    if (byte >= 0) return after(`byte ${byte} in state ${state}`, out[byte] as string);
  }
  return undefined;
}

function after(place: string, text: string): string {
  return `after ${place} it ${text.slice(text.indexOf('?') + 1)}`;
}

/** Rows of words ↔ numbers in the order of discovery: a hash table with open addressing. */
class StateTable {
  private readonly rows: Int32Array[] = [];
  private slots = new Int32Array(1 << 12).fill(-1);

  get count(): number {
    return this.rows.length;
  }

  row(number: number): Int32Array {
    return this.rows[number] as Int32Array;
  }

  /**
   * The number of the state in the first `length` words of `words`. A new state gets the next
   * number.
   */
  number(words: Int32Array, length: number): number {
    const mask = this.slots.length - 1;
    for (let slot = hash(words, length) & mask; ; slot = (slot + 1) & mask) {
      const number = this.slots[slot] as number;
      if (number < 0) {
        this.slots[slot] = this.rows.push(words.slice(0, length)) - 1;
        if (this.rows.length * 2 > this.slots.length) this.grow();
        return this.rows.length - 1;
      }
      if (equal(this.rows[number] as Int32Array, words, length)) return number;
    }
  }

  private grow(): void {
    this.slots = new Int32Array(this.slots.length * 4).fill(-1);
    const mask = this.slots.length - 1;
    for (const [number, row] of this.rows.entries()) {
      let slot = hash(row, row.length) & mask;
      while ((this.slots[slot] as number) >= 0) slot = (slot + 1) & mask;
      this.slots[slot] = number;
    }
  }
}

function hash(words: Int32Array, length: number): number {
  let value = length;
  for (let index = 0; index < length; index++) {
    value = Math.imul(value ^ (words[index] as number), 0x01000193);
    value ^= value >>> 15;
  }
  return value;
}

function equal(row: Int32Array, words: Int32Array, length: number): boolean {
  if (row.length !== length) return false;
  for (let index = 0; index < length; index++) if (row[index] !== words[index]) return false;
  return true;
}
