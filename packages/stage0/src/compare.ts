// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * Two recorded runs of the same scripts → where they first differ.
 *
 * Scripts start the same programs in the same order as long as nothing differs, so processes are compared by
 * their place in that order, innermost first: what a process left behind is compared at its own end, before
 * anybody can build on it. A file that one side wrote and removed again counts as absent. A process that fails
 * on both sides is no difference: what is left of its output then is not the same by design, for our ports
 * leave nothing.
 */
import type { ChildStatus } from '@stage0-ts/host';
import { sha256Hex } from '@stage0-ts/mescc-tools-extra';
import type { Artifact } from './artifacts.ts';
import { hexDiff } from './hex-diff.ts';
import { type FileRecord, failed, type ProcessRecord } from './watch.ts';

/** What kind of difference it is. */
export type DivergenceKind = 'process' | 'status' | 'file' | 'mode';

export interface Divergence {
  readonly kind: DivergenceKind;
  /** Place in the order of starting, from 1. */
  readonly step: number;
  readonly path: string;
  readonly argv: readonly string[];
  /** What the process had read by its end, its own file first. */
  readonly inputs: readonly InputDigest[];
  /** The file at fault, without leading slash, for `file` and `mode`. */
  readonly file: string | undefined;
  /** One line that says what differs. */
  readonly message: string;
  /** The bytes around the first difference, for `file`. */
  readonly diff: string;
}

/** A file that a process read, a path without leading slash. */
export interface InputDigest {
  readonly path: string;
  readonly sha256: string;
}

/** The first difference in the order in which processes end, or undefined. `names` are the engines' names. */
export function firstDivergence(
  left: readonly ProcessRecord[],
  right: readonly ProcessRecord[],
  names: readonly [string, string],
): Divergence | undefined {
  for (const step of endOrder(left)) {
    const a = left[step - 1] as ProcessRecord;
    const found = compareProcess(a, right[step - 1], names);
    if (found !== undefined) return found;
  }
  const extra = right[left.length];
  if (extra === undefined) return undefined;
  return divergence(extra, 'process', `only ${names[1]} starts ${extra.argv.join(' ')}`);
}

/** What a finished build left, by path: enough where an engine does not show its processes. */
interface Finished {
  readonly processes: readonly ProcessRecord[];
  readonly artifacts: readonly Artifact[];
}

/** The first artifact that differs, in the order in which `left` made them. */
export function firstArtifact(
  left: Finished,
  right: Finished,
  names: readonly [string, string],
): Divergence | undefined {
  const others = new Map(right.artifacts.map((artifact) => [artifact.path, artifact]));
  const wrong = left.artifacts.filter(({ path, sha256, mode }) => {
    const other = others.get(path);
    return other?.sha256 !== sha256 || other.mode !== mode;
  });
  for (const step of endOrder(left.processes)) {
    const process = left.processes[step - 1] as ProcessRecord;
    const found = wrong.find(({ path }) => process.outputs.has(`/${path}`));
    if (found === undefined) continue;
    return divergence(process, 'file', `${found.path} is not the same in ${names[1]}`, found.path);
  }
  return undefined;
}

/** Steps in the order in which the processes end: children before what started them. */
export function endOrder(processes: readonly ProcessRecord[]): number[] {
  const order: number[] = [];
  const open: ProcessRecord[] = [];
  for (const process of processes) {
    while (open.length > 0 && (open.at(-1) as ProcessRecord).depth >= process.depth) {
      order.push((open.pop() as ProcessRecord).step);
    }
    open.push(process);
  }
  while (open.length > 0) order.push((open.pop() as ProcessRecord).step);
  return order;
}

function compareProcess(
  a: ProcessRecord,
  b: ProcessRecord | undefined,
  names: readonly [string, string],
): Divergence | undefined {
  if (b === undefined)
    return divergence(a, 'process', `only ${names[0]} starts ${a.argv.join(' ')}`);
  if (a.path !== b.path || a.argv.join('\0') !== b.argv.join('\0')) {
    const message = `${names[0]} starts ${a.argv.join(' ')}, ${names[1]} starts ${b.argv.join(' ')}`;
    return divergence(a, 'process', message);
  }
  if (failed(a) && failed(b)) return undefined;
  for (const path of [...new Set([...a.outputs.keys(), ...b.outputs.keys()])].sort()) {
    const found = compareFile(a, path, a.outputs.get(path), b.outputs.get(path), names);
    if (found !== undefined) return found;
  }
  const [first, second] = [describeEnd(a.end), describeEnd(b.end)];
  if (first === second) return undefined;
  return divergence(a, 'status', `${names[0]}: ${first}, ${names[1]}: ${second}`);
}

function compareFile(
  process: ProcessRecord,
  path: string,
  a: FileRecord | undefined,
  b: FileRecord | undefined,
  names: readonly [string, string],
): Divergence | undefined {
  const file = path.slice(1);
  if (a === undefined && b === undefined) return undefined;
  if (a === undefined || b === undefined) {
    const only = a === undefined ? names[1] : names[0];
    return divergence(process, 'file', `only ${only} leaves ${file}`, file);
  }
  const at = firstDifference(a.bytes, b.bytes);
  if (at >= 0) {
    const message = `${file} differs from byte 0x${at.toString(16)} on (${a.bytes.length} and ${b.bytes.length} bytes)`;
    return divergence(process, 'file', message, file, hexDiff(a.bytes, b.bytes, at, names));
  }
  if (a.mode === b.mode) return undefined;
  const modes = `${a.mode.toString(8)} and ${b.mode.toString(8)}`;
  return divergence(process, 'mode', `${file} has the modes ${modes}`, file);
}

/** Offset of the first byte that differs, the length of the shorter when one is the other's beginning, or -1. */
export function firstDifference(a: Uint8Array, b: Uint8Array): number {
  const length = Math.min(a.length, b.length);
  for (let at = 0; at < length; at++) if (a[at] !== b[at]) return at;
  return a.length === b.length ? -1 : length;
}

export function describeEnd(end: ChildStatus | undefined): string {
  if (end === undefined) return 'still running';
  return end.kind === 'exited' ? `exit status ${end.status}` : `killed by signal ${end.signal}`;
}

function divergence(
  process: ProcessRecord,
  kind: DivergenceKind,
  message: string,
  file?: string,
  diff = '',
): Divergence {
  const { step, path, argv } = process;
  const inputs = [...process.inputs].map(([input, { bytes }]) => ({
    path: input.slice(1),
    sha256: sha256Hex(bytes),
  }));
  return { kind, step, path: path.slice(1), argv, inputs, file, message, diff };
}
