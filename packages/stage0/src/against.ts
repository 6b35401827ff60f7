// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * A build that somebody made elsewhere → where it began to go wrong.
 *
 * Their files are held against a recorded run of ours, in the order of the build. One wrong intermediate
 * spoils everything behind it; the first one names the process, and its inputs tell whether that process did
 * wrong or was given something wrong.
 */
import type { MemoryFiles } from '@stage0-ts/host/memory';
import { endOrder, firstDifference } from './compare.ts';
import { hexDiff } from './hex-diff.ts';
import type { FileRecord, ProcessRecord } from './watch.ts';

export interface AgainstResult {
  /** Files of ours that they have too. */
  readonly compared: number;
  /** Paths of those that differ, in the order of the build. */
  readonly differing: readonly string[];
  /** Paths of ours that they have not, in the order of the build. */
  readonly missing: readonly string[];
  readonly first: FirstWrong | undefined;
}

/** The first file that differs. */
export interface FirstWrong {
  readonly file: string;
  readonly step: number;
  readonly argv: readonly string[];
  /**
   * Inputs of the process, as they have them: all right, so that the process itself did wrong; or these are
   * wrong, too; or some are not there to compare.
   */
  readonly wrongInputs: readonly string[];
  readonly unknownInputs: readonly string[];
  readonly offset: number;
  readonly diff: string;
}

/**
 * Compare with `theirs`, which gives the bytes of a path in their tree (without leading slash) or undefined.
 * `files` is our finished tree: only what is still there at the end can be compared.
 */
export function compareAgainst(
  files: MemoryFiles,
  processes: readonly ProcessRecord[],
  theirs: (path: string) => Uint8Array | undefined,
): AgainstResult {
  const seen = new Set<string>();
  const [differing, missing] = [[] as string[], [] as string[]];
  let first: FirstWrong | undefined;
  for (const step of endOrder(processes)) {
    const process = processes[step - 1] as ProcessRecord;
    for (const [path, ours] of process.outputs) {
      if (ours === undefined || seen.has(path) || !isFinal(files, path, ours)) continue;
      seen.add(path);
      const bytes = theirs(path.slice(1));
      if (bytes === undefined) missing.push(path.slice(1));
      else if (firstDifference(ours.bytes, bytes) >= 0) {
        differing.push(path.slice(1));
        first ??= describe(process, path, ours.bytes, bytes, theirs);
      }
    }
  }
  return { compared: seen.size - missing.length, differing, missing, first };
}

function isFinal(files: MemoryFiles, path: string, record: FileRecord): boolean {
  const node = files.find(path);
  return node?.kind === 'file' && node.bytes === record.bytes;
}

function describe(
  process: ProcessRecord,
  path: string,
  ours: Uint8Array,
  bytes: Uint8Array,
  theirs: (path: string) => Uint8Array | undefined,
): FirstWrong {
  const [wrongInputs, unknownInputs] = [[] as string[], [] as string[]];
  for (const [input, record] of process.inputs) {
    const other = theirs(input.slice(1));
    if (other === undefined) unknownInputs.push(input.slice(1));
    else if (firstDifference(record.bytes, other) >= 0) wrongInputs.push(input.slice(1));
  }
  const offset = firstDifference(ours, bytes);
  const diff = hexDiff(ours, bytes, offset, ['ours', 'theirs']);
  const { step, argv } = process;
  return { file: path.slice(1), step, argv, wrongInputs, unknownInputs, offset, diff };
}
