// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * A program against a table: equal on every input, different with a shortest input, or open: the
 * model cannot follow the program, or there are too many states. Stops at the first difference.
 */
import { readExecutable } from '@stage0-ts/i386';
import { ALL_BYTES, type Difference, PairSearch } from './compare.ts';
import { type ExploreOptions, explore, type ProgramFile } from './explore.ts';
import type { MealyTable } from './mealy.ts';

/** The result of the comparison. */
export type Judgement =
  | { readonly kind: 'equal'; readonly states: number }
  | { readonly kind: 'different'; readonly difference: Difference }
  | { readonly kind: 'open'; readonly why: string };

/** Compare `file` with a complete table. Throws MachineError if it is not an i386 program. */
export function judge(
  file: ProgramFile,
  reference: MealyTable,
  options: ExploreOptions = {},
): Judgement {
  let found: Difference | undefined;
  let gaveUp = false;
  const explored = explore(file, {
    ...options,
    watch: (table) => {
      const search = new PairSearch(table, reference, ALL_BYTES);
      found = search.advance();
      return () => {
        found ??= search.advance();
        gaveUp = search.gaveUp;
        return found !== undefined || gaveUp;
      };
    },
  });
  if (found !== undefined) return { kind: 'different', difference: found };
  if (gaveUp) return { kind: 'open', why: 'what it shows comes much later or earlier' };
  if (explored.open !== undefined) return { kind: 'open', why: explored.open };
  return { kind: 'equal', states: explored.states };
}

/** A copy of the program with one bit of its file flipped. */
export function mutant({ path, bytes }: ProgramFile, bit: number): ProgramFile {
  const changed = Uint8Array.from(bytes); // slice() would not copy a Buffer
  changed[bit >> 3] = (changed[bit >> 3] as number) ^ (1 << (bit & 7));
  return { path, bytes: changed };
}

/**
 * `count` bits, spread evenly over the file from the entry point to the end of its segment; all
 * bits if there are fewer.
 */
export function mutantBits({ path, bytes }: ProgramFile, count: number): number[] {
  const { entry, segments } = readExecutable(bytes, path);
  const code = segments.find(
    ({ address, fileSize }) => entry >= address && entry < address + fileSize,
  );
  if (code === undefined) return [];
  const first = (entry - code.address + code.fileOffset) * 8;
  const total = (code.fileOffset + code.fileSize) * 8 - first;
  const taken = Math.min(count, total);
  return Array.from({ length: taken }, (_, at) => first + Math.floor((at * total) / taken));
}
