// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * A hex0 seed → what was proved about it: its states, the smallest table, and whether it does the
 * same as our port of hex0, and as another program that is explored in the same way.
 *
 * docs/proof.md says why this is a proof, what it proves, and what it assumes.
 */
import { assemble } from '@stage0-ts/hex0';
import { sha256Hex } from '@stage0-ts/mescc-tools-extra';
import { ALL_BYTES, type Difference, difference } from './compare.ts';
import { type Conformance, conform } from './conformance.ts';
import { behaviour, type Exploration, explore, type ProgramFile } from './explore.ts';
import { INPUT, OUTPUT } from './kernel.ts';
import type { MealyTable } from './mealy.ts';
import { minimise } from './minimise.ts';

/** What hex0 does before its first read. The flags 577 mean write, create and truncate. */
export const OPENING: string = `[open ${INPUT} 0][open ${OUTPUT} 577 mode 700]`;
/** What it does at the end of the input. */
export const ENDING = '!exit 0';

export interface ProveOptions {
  /** A second program. */
  readonly other?: ProgramFile | undefined;
  /** Bytes that inputs do not contain. */
  readonly except?: ReadonlySet<number> | undefined;
  /** How many states our port may have beyond the seed's; default 1. */
  readonly margin?: number | undefined;
  readonly maxStates?: number | undefined;
}

/** A program that was explored. */
export interface Explored {
  readonly path: string;
  readonly size: number;
  readonly sha256: string;
  readonly exploration: Exploration;
  readonly minimal: MealyTable;
}

/** What was proved. */
export interface Proof {
  readonly verdict: 'equal' | 'different' | 'open';
  readonly seed: Explored;
  readonly other: Explored | undefined;
  readonly except: readonly number[];
  /** The port; undefined when the seed's table is not complete. */
  readonly port: Conformance | undefined;
  /**
   * A shortest input for which the seed and the other program differ, with all that is seen of
   * both.
   */
  readonly otherDifference: Difference | undefined;
}

/** Explore the program and compare it. Throws MachineError if it is not an i386 program. */
export function prove(file: ProgramFile, options: ProveOptions = {}): Proof {
  const except = options.except ?? new Set();
  const bytes = except.size === 0 ? ALL_BYTES : ALL_BYTES.filter((byte) => !except.has(byte));
  const look = (program: ProgramFile) => explored(program, bytes, options.maxStates);
  const seed = look(file);
  const other = options.other && look(options.other);
  const isOpen = seed.exploration.open !== undefined;
  const port = isOpen ? undefined : conformance(seed.minimal, bytes, options.margin ?? 1);
  const otherDifference = other && options.other && difference(seed.minimal, other.minimal, bytes);
  const base = { seed, other, except: [...except], port };
  if (port?.difference !== undefined || (otherDifference !== undefined && !isOpen)) {
    return {
      ...base,
      verdict: 'different',
      otherDifference: whole(otherDifference, file, options),
    };
  }
  const open = isOpen || other?.exploration.open !== undefined;
  return { ...base, verdict: open ? 'open' : 'equal', otherDifference: undefined };
}

/** The port as a function from the whole input to the whole output. */
function conformance(table: MealyTable, bytes: readonly number[], margin: number): Conformance {
  const options = { bytes, margin, opening: OPENING, ending: ENDING };
  return conform(table, (input) => assemble(input), options);
}

function explored(
  file: ProgramFile,
  bytes: readonly number[],
  maxStates: number | undefined,
): Explored {
  const exploration = explore(file, { maxStates });
  const complete = exploration.open === undefined;
  const minimal = complete ? minimise(exploration.table, bytes) : exploration.table;
  const { path } = file;
  return { path, size: file.bytes.length, sha256: sha256Hex(file.bytes), exploration, minimal };
}

function whole(
  found: Difference | undefined,
  file: ProgramFile,
  { other }: ProveOptions,
): Difference | undefined {
  if (found === undefined || other === undefined) return undefined;
  const { input } = found;
  return { input, left: behaviour(file, input), right: behaviour(other, input) };
}
