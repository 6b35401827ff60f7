// SPDX-License-Identifier: GPL-3.0-or-later
/** The record of a process: who started it, what it read, left and printed, and how it ended. */
import type { ChildStatus } from '@stage0-ts/host';
import type { Nature } from './engines.ts';
import type { StandInRecord } from './stand-ins.ts';

/** A file as a process found or left it. */
export interface FileRecord {
  readonly kind: 'file';
  /** Shared with the world: not to be changed. */
  readonly bytes: Uint8Array;
  /** Permission bits. */
  readonly mode: number;
  /**
   * Of an input: step of the process that wrote this file last, 0 for the first shell; undefined if
   * nothing wrote it.
   */
  readonly madeBy?: number | undefined;
}

/** What a process left at a path. */
export type EntryRecord =
  | FileRecord
  | { readonly kind: 'directory'; readonly mode: number }
  | { readonly kind: 'link'; readonly target: string };

/** One program that a script started. */
export interface ProcessRecord {
  /** Counted from 1 in the order of starting. */
  readonly step: number;
  /** 1 for what the first script starts, 2 for what that starts, … */
  readonly depth: number;
  /** Step of the process that started it; 0 for the first script. */
  readonly parent: number;
  /** Absolute path in the tree. */
  readonly path: string;
  readonly nature: Nature;
  /** Upstream's name of the tool, where the path stands for one. */
  readonly tool: string | undefined;
  /** What ran in its place, when that was not the tool's own port; undefined otherwise. */
  readonly standIn: StandInRecord | undefined;
  /** True if its output differs by design from that of the program that it replaces. */
  readonly otherCode: boolean;
  readonly argv: readonly string[];
  /** `NAME=value` strings that it got. */
  readonly environment: readonly string[];
  /** Absolute path of its working directory at the start, from its root directory. */
  readonly directory: string;
  /** Absolute path of its root directory at the start: `/`, except for what runs after a chroot. */
  readonly root: string;
  /** undefined while it runs. */
  end: ChildStatus | undefined;
  /** True if the engine refused to run it, as a kernel does with ENOEXEC. */
  refused: boolean;
  /** What it wrote to standard output itself. */
  readonly stdout: Printed;
  /** What it wrote to standard error itself. */
  readonly stderr: Printed;
  /**
   * The program's own file and those that it read itself, as they were at the first read; by
   * absolute path. Empty unless recorded.
   */
  readonly inputs: Map<string, FileRecord>;
  /**
   * What it or what it started made or changed, as it is at its end; undefined for what no longer
   * exists. Empty while it runs, and unless recorded.
   */
  readonly outputs: Map<string, EntryRecord | undefined>;
  /** Those of `outputs` that it made itself. */
  readonly made: Set<string>;
  /**
   * Every content that it ever gave to a file, even if that was removed or replaced. Empty unless
   * recorded.
   */
  readonly wrote: Set<Uint8Array>;
  /** Wall time in milliseconds, what it started included; 0 without a clock. */
  milliseconds: number;
}

/** Text that a process printed: all of it up to a limit, and the total length. */
export interface Printed {
  /** Bytes that were printed. */
  readonly length: number;
  /** The first MiB of them. */
  readonly bytes: Uint8Array;
}

/** Tools whose failure is an answer to the script. */
const PREDICATES = new Set(['match']);

/** True where a failure of that tool is an answer. */
export function isPredicate(tool: string | undefined): boolean {
  return PREDICATES.has(tool ?? '');
}

/** True for a process that did not succeed, unless its status is an answer. */
export function failed({ end, tool }: ProcessRecord): boolean {
  return !isPredicate(tool) && !(end?.kind === 'exited' && end.status === 0);
}
