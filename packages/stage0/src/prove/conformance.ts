// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * A minimal table of states against a function, treated as a black box: the W-method (Chow, 1978).
 *
 * With n states in the table, an input for each state (its access word), a set W of words that
 * distinguishes any two states, and a margin m, the suite is: an access word, then every word of up
 * to m + 1 bytes, then a word of W. A function that can be written as a machine of at most n + m
 * states and gives the right output for the whole suite is equal to the table. Invariant: every
 * test is counted; none is left out.
 */
import { type Difference, difference } from './compare.ts';
import { hexText } from './kernel.ts';
import { type MealyTable, rowAt, run } from './mealy.ts';
import { accessWords } from './minimise.ts';

/** A function from a whole input to a whole output. */
export type Translate = (input: Uint8Array) => Uint8Array;

/** What the suite found. */
export interface Conformance {
  readonly tests: number;
  /** The result is a proof if a machine of the function has no more states than this. */
  readonly upTo: number;
  readonly words: readonly (readonly number[])[];
  readonly difference: Difference | undefined;
}

export interface ConformanceOptions {
  /** The bytes that inputs consist of. */
  readonly bytes: readonly number[];
  /** How many states the function may have beyond those of the table. */
  readonly margin: number;
  /** What the table must show before the first read. */
  readonly opening: string;
  /** What it must show at the end of the input, after its output. */
  readonly ending: string;
}

/** Test `translate` against a table that {@link minimise} made. */
export function conform(
  table: MealyTable,
  translate: Translate,
  options: ConformanceOptions,
): Conformance {
  const { bytes, margin } = options;
  const upTo = table.rows.length + margin;
  const strange = strangeness(table, translate, options);
  if (strange !== undefined) return { tests: 0, upTo, words: [], difference: strange };
  const words = tellingWords(table, bytes);
  const suite = new Suite(table, translate, bytes, words);
  const input = suite.firstFailure(margin + 1);
  const found = input && shortened(input, (shorter) => outcome(table, translate, shorter, options));
  return { tests: suite.tests, upTo, words, difference: found };
}

/**
 * Finds in the table what a function from inputs to outputs cannot do: end early, write elsewhere,
 * open other files.
 */
function strangeness(
  table: MealyTable,
  translate: Translate,
  { bytes, opening, ending }: ConformanceOptions,
): Difference | undefined {
  if (table.opening !== opening) return { input: [], left: table.opening, right: opening };
  for (const [state, word] of accessWords(table, bytes)) {
    const { to, out, end } = rowAt(table, state);
    const right = (input: readonly number[]) => hexText(translate(Uint8Array.from(input))) + ending;
    if (!isPlain(end, ending)) return { input: word, left: run(table, word), right: right(word) };
    const byte = bytes.find((one) => {
      return !isPlain(out[one] as string, (to[one] as number) < 0 ? ending : '');
    });
    if (byte === undefined) continue;
    const input = [...word, byte];
    return { input, left: run(table, input), right: right(input) };
  }
  return undefined;
}

function isPlain(seen: string, ending: string): boolean {
  return seen.endsWith(ending) && /^[0-9a-f]*$/.test(seen.slice(0, seen.length - ending.length));
}

/** Words that together distinguish each pair of states. */
export function tellingWords(table: MealyTable, bytes: readonly number[]): number[][] {
  const states = [...accessWords(table, bytes).keys()];
  const words: number[][] = [[]];
  for (;;) {
    const pair = together(table, states, words);
    if (pair === undefined) break;
    const found = difference(table, table, bytes, pair);
    if (found === undefined) throw new Error('a table that is not minimal');
    words.push([...found.input]);
  }
  // Remove words that later ones made unnecessary. The empty word stays, because the proof needs
  // it.
  for (let at = words.length - 1; at > 0; at--) {
    const fewer = words.filter((_, index) => index !== at);
    if (together(table, states, fewer) === undefined) words.splice(at, 1);
  }
  return words;
}

/** Two states that none of the words distinguishes. */
function together(
  table: MealyTable,
  states: readonly number[],
  words: readonly (readonly number[])[],
): [number, number] | undefined {
  const seen = new Map<string, number>();
  for (const state of states) {
    const key = words.map((word) => run(table, word, state)).join('|');
    const other = seen.get(key);
    if (other !== undefined) return [other, state];
    seen.set(key, state);
  }
  return undefined;
}

interface SuiteRow {
  readonly to: Int32Array;
  readonly out: readonly Uint8Array[];
  readonly end: Uint8Array;
}

const ENDED: SuiteRow = {
  to: new Int32Array(256).fill(-1),
  out: Array.from({ length: 256 }, () => new Uint8Array()),
  end: new Uint8Array(),
};

/** Walks the table and the function side by side. */
class Suite {
  tests = 0;
  private readonly input = new Uint8Array(256);
  private readonly output = new Uint8Array(4096);
  private readonly rows: readonly SuiteRow[];
  private readonly access: Map<number, number[]>;
  private readonly translate: Translate;
  private readonly bytes: readonly number[];
  private readonly words: readonly (readonly number[])[];

  constructor(
    table: MealyTable,
    translate: Translate,
    bytes: readonly number[],
    words: readonly (readonly number[])[],
  ) {
    this.rows = table.rows.map(({ to, out, end }) => {
      return { to, out: out.map(bytesOf), end: bytesOf(end) };
    });
    this.access = accessWords(table, bytes);
    this.translate = translate;
    this.bytes = bytes;
    this.words = words;
  }

  /** The input of the first test that fails, in which `levels` bytes follow an access word. */
  firstFailure(levels: number): number[] | undefined {
    for (const word of this.access.values()) {
      const [state, written] = this.feed(word, 0, 0, 0);
      const failed = this.extend(levels, state, word.length, written);
      if (failed !== undefined) return failed;
    }
    return undefined;
  }

  private extend(
    levels: number,
    state: number,
    length: number,
    written: number,
  ): number[] | undefined {
    for (const word of this.words) {
      const [last, end] = this.feed(word, state, length, written);
      if (!this.passes(length + word.length, this.finish(last, end))) {
        return [...this.input.subarray(0, length + word.length)];
      }
    }
    if (levels === 0) return undefined;
    for (const byte of this.bytes) {
      const [next, end] = this.step(byte, state, length, written);
      const failed = this.extend(levels - 1, next, length + 1, end);
      if (failed !== undefined) return failed;
    }
    return undefined;
  }

  private feed(
    word: readonly number[],
    from: number,
    length: number,
    written: number,
  ): [state: number, written: number] {
    let [state, end] = [from, written];
    for (const [index, byte] of word.entries()) {
      [state, end] = this.step(byte, state, length + index, end);
    }
    return [state, end];
  }

  /** Adds a byte to the input, and to the expected output what the table gives for it. */
  private step(
    byte: number,
    state: number,
    length: number,
    written: number,
  ): [state: number, written: number] {
    const row = this.rows[state] ?? ENDED;
    const made = row.out[byte] as Uint8Array;
    this.input[length] = byte;
    return [row.to[byte] as number, this.append(made, written)];
  }

  /** What the table gives at the end of the input. */
  private finish(state: number, written: number): number {
    return this.append((this.rows[state] ?? ENDED).end, written);
  }

  private append(made: Uint8Array, written: number): number {
    for (let index = 0; index < made.length; index++) {
      this.output[written + index] = made[index] as number;
    }
    return written + made.length;
  }

  private passes(length: number, written: number): boolean {
    this.tests++;
    const made = this.translate(this.input.subarray(0, length));
    if (made.length !== written) return false;
    for (let index = 0; index < written; index++) {
      if (made[index] !== this.output[index]) return false;
    }
    return true;
  }
}

function outcome(
  table: MealyTable,
  translate: Translate,
  input: readonly number[],
  { ending }: ConformanceOptions,
): Difference | undefined {
  const left = run(table, input);
  const right = hexText(translate(Uint8Array.from(input))) + ending;
  return left === right ? undefined : { input, left, right };
}

/** Remove bytes while the two still differ. */
function shortened(
  input: readonly number[],
  differs: (input: readonly number[]) => Difference | undefined,
): Difference | undefined {
  for (let at = 0; at < input.length; at++) {
    const shorter = input.filter((_, index) => index !== at);
    if (differs(shorter) !== undefined) return shortened(shorter, differs);
  }
  return differs(input);
}

function bytesOf(text: string): Uint8Array {
  const digits = text.match(/^[0-9a-f]*/)?.[0] ?? '';
  return Uint8Array.from(digits.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
}
