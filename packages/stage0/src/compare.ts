// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * Two recorded builds of one tree → where they first differ.
 *
 * As long as nothing differs, scripts start the same programs in the same order, so processes are
 * compared by their place in that order, innermost first: what a process left is compared when it
 * ends, before another process can use it. A process that fails in both builds is not a difference:
 * our ports remove partial output, upstream's tools do not. Finally the trees are compared,
 * independently of the records; there, such leftovers count.
 */
import { visible } from '@stage0-ts/diagnostics';
import type { ChildStatus } from '@stage0-ts/host';
import type { MemoryFiles } from '@stage0-ts/host/memory';
import { sha256Hex } from '@stage0-ts/mescc-tools-extra';
import { compareTrees, difference, firstDifference, type TreeDifference } from './compare-trees.ts';
import { isElf } from './elf-magic.ts';
import { hexDiff } from './hex-diff.ts';
import { knownDifference } from './known-difference.ts';
import { type OtherCode, otherCodeOf } from './other-code.ts';
import { type EntryRecord, type FileRecord, failed, type ProcessRecord } from './records.ts';

/** What kind of difference it is. */
export type DivergenceKind = 'process' | 'status' | 'output' | 'kind' | 'file' | 'mode' | 'link';

export interface Divergence {
  readonly kind: DivergenceKind;
  /**
   * Position in the order of starting, from 1; 0 when no process is known to have touched the file.
   */
  readonly step: number;
  readonly path: string;
  readonly argv: readonly string[];
  /** What the process had read by its end, its own file first. */
  readonly inputs: readonly InputDigest[];
  /**
   * The path at fault, without leading slash, for all kinds but `process`, `status` and `output`.
   */
  readonly file: string | undefined;
  /** One line that says what differs. */
  readonly message: string;
  /** The bytes around the first difference, for `file`. */
  readonly diff: string;
  /**
   * Why this does not show whether one of the two is wrong: our port failed, our machine cannot run
   * the program, or it is a known difference of the port. undefined if the difference does show it.
   */
  readonly excuse: string | undefined;
}

/** A file that a process read, a path without leading slash. */
export interface InputDigest {
  readonly path: string;
  readonly sha256: string;
}

/** The parts of a build that are compared. */
export interface FinishedBuild {
  readonly processes: readonly ProcessRecord[];
  /** Exit status of the script's shell. */
  readonly status: number;
  readonly files: MemoryFiles;
  /** True if only its result can be seen. */
  readonly hidden: boolean;
}

/**
 * Where the builds first differ, or undefined. `names` are the engines' names. Files whose code
 * differs by design are not compared.
 */
export function findDivergence(
  left: FinishedBuild,
  right: FinishedBuild,
  names: readonly [string, string],
): Divergence | undefined {
  const other = otherCodeOf(left.processes);
  const seen = left.hidden || right.hidden ? undefined : firstDivergence(left, right, names, other);
  return seen ?? treeDivergence(left, right, names, other);
}

/** The first difference in the order in which processes end, or undefined. */
export function firstDivergence(
  left: Pick<FinishedBuild, 'processes'>,
  right: Pick<FinishedBuild, 'processes'>,
  names: readonly [string, string],
  other: OtherCode,
): Divergence | undefined {
  for (const step of endOrder(left.processes)) {
    const a = left.processes[step - 1] as ProcessRecord;
    const found = compareProcess(a, right.processes[step - 1], names, other);
    if (found !== undefined) return found;
  }
  const extra = right.processes[left.processes.length];
  if (extra === undefined) return undefined;
  return divergence(extra, 'process', `only ${names[1]} starts ${commandLine(extra)}`);
}

/** The first path that differs at the end, in the order in which processes touched them. */
function treeDivergence(
  left: FinishedBuild,
  right: FinishedBuild,
  names: readonly [string, string],
  other: OtherCode,
): Divergence | undefined {
  const seen = left.hidden ? right : left;
  const order = endOrder(seen.processes);
  const bothFailed = left.status !== 0 && right.status !== 0;
  const found = compareTrees(left.files, right.files, names).map((one) => ({
    one,
    at: order.findIndex((step) => touches(left, step, one) || touches(right, step, one)),
  }));
  const counted = found.filter(({ at, one: { nodes } }) => {
    if (isOther(nodes[0], nodes[1], other)) return false;
    const process = seen.processes[(order[at] ?? 0) - 1];
    // What the failure that ended both builds left behind is not a difference of its own.
    return !(bothFailed && process !== undefined && failed(process));
  });
  const rank = (at: number) => (at < 0 ? order.length : at);
  const [first] = counted.sort((a, b) => rank(a.at) - rank(b.at));
  if (first === undefined) return undefined;
  const process = seen.processes[(order[first.at] ?? 0) - 1];
  const { what, message, path, nodes } = first.one;
  const diff = diffOf(nodes[0], nodes[1], names);
  const text = `${message}, when both have ended`;
  const excuse = left.hidden || right.hidden ? hiddenExcuse(seen) : undefined;
  return { ...divergence(process, what, text, path.slice(1), diff), excuse };
}

/**
 * A kernel runs a script with an interpreter of this computer, so the result says nothing about the
 * tree.
 */
function hiddenExcuse({ processes }: FinishedBuild): string | undefined {
  const script = processes.find(({ inputs, path }) => {
    const image = inputs.get(path);
    return image !== undefined && !isElf(image.bytes);
  });
  if (script === undefined) return undefined;
  return `step ${script.step} runs ${visible(script.path.slice(1))}, which is not a program but a script, and means something else on this computer`;
}

function touches({ processes }: FinishedBuild, step: number, { path }: TreeDifference): boolean {
  return processes[step - 1]?.outputs.has(path) === true;
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
  other: OtherCode,
): Divergence | undefined {
  if (b === undefined) return divergence(a, 'process', `only ${names[0]} starts ${commandLine(a)}`);
  if (a.path !== b.path || a.argv.join('\0') !== b.argv.join('\0')) {
    const message = `${names[0]} starts ${commandLine(a)}, ${names[1]} starts ${commandLine(b)}`;
    return divergence(a, 'process', message);
  }
  if (failed(a) && failed(b)) return undefined;
  const found = compareOutputs(a, b, names, other) ?? compareEnds(a, b, names);
  return found && { ...found, excuse: excuseOf(a, b) };
}

function compareOutputs(
  a: ProcessRecord,
  b: ProcessRecord,
  names: readonly [string, string],
  other: OtherCode,
): Divergence | undefined {
  for (const path of [...new Set([...a.outputs.keys(), ...b.outputs.keys()])].sort()) {
    const [left, right] = [a.outputs.get(path), b.outputs.get(path)];
    const found = difference(path, asNode(left), asNode(right), names);
    if (found === undefined || isOther(left, right, other)) continue;
    const diff = found.what === 'file' ? diffOf(left, right, names) : '';
    return divergence(a, found.what, found.message, path.slice(1), diff);
  }
  return undefined;
}

/** True for two files, if the first build's is different code by design. */
function isOther(
  a: { readonly kind: string } | undefined,
  b: { readonly kind: string } | undefined,
  other: OtherCode,
): boolean {
  return a?.kind === 'file' && b?.kind === 'file' && other.has((a as FileRecord).bytes);
}

/**
 * What `difference` compares. Of a folder only its existence counts, as its entries have records of
 * their own.
 */
function asNode(entry: EntryRecord | undefined): Parameters<typeof difference>[1] {
  return entry?.kind === 'directory' ? { ...entry, entries: new Map() } : entry;
}

function compareEnds(
  a: ProcessRecord,
  b: ProcessRecord,
  names: readonly [string, string],
): Divergence | undefined {
  const [first, second] = [describeEnd(a.end), describeEnd(b.end)];
  if (first !== second) {
    return divergence(a, 'status', `${names[0]}: ${first}, ${names[1]}: ${second}`);
  }
  const at = firstDifference(a.stdout.bytes, b.stdout.bytes);
  if (at < 0 && a.stdout.length === b.stdout.length) return undefined;
  const message = `what it prints differs from byte 0x${Math.max(0, at).toString(16)} on`;
  return divergence(a, 'output', message, undefined, diffBytes(a.stdout, b.stdout, names));
}

/**
 * Linux's SIGILL and SIGXCPU: our machine does not know an instruction, or has reached a limit that
 * a kernel does not have.
 */
const MACHINE_LIMITS = new Set([4, 24]);

/** Tools whose failure is a result, not a fault of the port. */
const VERIFIERS = new Set(['match', 'sha256sum']);

/** Why a difference between two runs of a process does not show that one of them is wrong. */
function excuseOf(a: ProcessRecord, b: ProcessRecord): string | undefined {
  const port = [a, b].find(({ nature }) => nature !== 'machine' && nature !== 'native');
  const program = [a, b].find(({ nature }) => nature === 'machine');
  if (port !== undefined && program !== undefined) {
    const known = knownDifference(port, program);
    if (known !== undefined) return `a known difference, ${known}`;
  }
  if (port?.refused && port.nature === 'descendant') {
    return 'the program came with the tree, or of a binary that did, and such a build runs none of those, so it cannot be compared with';
  }
  if (port !== undefined && failed(port) && !VERIFIERS.has(port.tool ?? '')) {
    return `our port of ${port.tool} failed where the other build went on, so it cannot be compared with`;
  }
  const image = program?.inputs.get(program.path);
  if (program?.refused && image !== undefined && isElf(image.bytes)) {
    return 'this is not a program for i386 Linux, which is all that our machine runs';
  }
  const { end } = program ?? {};
  if (end?.kind === 'killed' && MACHINE_LIMITS.has(end.signal)) {
    return 'our machine could not run this program to its end';
  }
  return undefined;
}

function diffOf(
  a: { readonly kind: string } | undefined,
  b: { readonly kind: string } | undefined,
  names: readonly [string, string],
): string {
  return a?.kind === 'file' && b?.kind === 'file'
    ? diffBytes(
        a as { kind: string; bytes: Uint8Array },
        b as typeof a & { bytes: Uint8Array },
        names,
      )
    : '';
}

function diffBytes(
  a: { readonly bytes: Uint8Array },
  b: { readonly bytes: Uint8Array },
  names: readonly [string, string],
): string {
  const at = firstDifference(a.bytes, b.bytes);
  return at < 0 ? '' : hexDiff(a.bytes, b.bytes, at, names);
}

/** The words of a process's command, safe to show. */
export function commandLine({ argv }: { readonly argv: readonly string[] }): string {
  return visible(argv.join(' '));
}

export function describeEnd(end: ChildStatus | undefined): string {
  if (end === undefined) return 'still running';
  return end.kind === 'exited' ? `exit status ${end.status}` : `killed by signal ${end.signal}`;
}

function divergence(
  process: ProcessRecord | undefined,
  kind: DivergenceKind,
  message: string,
  file?: string,
  diff = '',
): Divergence {
  const inputs = [...(process?.inputs ?? [])].map(([input, { bytes }]) => ({
    path: input.slice(1),
    sha256: sha256Hex(bytes),
  }));
  const { step = 0, path = '', argv = [] } = process ?? {};
  return { kind, step, path: path.slice(1), argv, inputs, file, message, diff, excuse: undefined };
}
