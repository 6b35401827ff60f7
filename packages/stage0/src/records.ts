// SPDX-License-Identifier: GPL-3.0-or-later
/** The record of a process: who started it, what it read, left and printed, and how it ended. */
import type { ChildStatus } from '@stage0-ts/host';
import type { Nature } from './engines.ts';
import type { StandInRecord } from './stand-ins.ts';

/** A file as a process found or left it. */
export interface FileRecord {
  readonly kind: 'file';
  /** Shared with the world, so never changed. */
  readonly bytes: Uint8Array;
  /** Permission bits. */
  readonly mode: number;
  /**
   * For an input: the step of the process that wrote this file last; 0 for the first shell;
   * undefined if no process wrote it.
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
  /** 1 for what the first script starts, 2 for what those processes start, … */
  readonly depth: number;
  /** Step of the process that started it; 0 for the first script. */
  readonly parent: number;
  /** Absolute path in the tree. */
  readonly path: string;
  readonly nature: Nature;
  /** Upstream's name of the tool, if the path stands for one. */
  readonly tool: string | undefined;
  /** What ran in its place, if that was not the tool's own port; otherwise undefined. */
  readonly standIn: StandInRecord | undefined;
  /** True if its output differs by design from the output of the program that it replaces. */
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
   * The program's own file, the files that it read itself, and those that it gave another name and
   * no process had made: by absolute path, as they were when it first read them. Empty unless
   * recorded.
   */
  readonly inputs: Map<string, FileRecord>;
  /**
   * What the process, or one that it started, made or changed, as it is when the process ends;
   * undefined for what no longer exists. Empty while it runs, and unless recorded.
   */
  readonly outputs: Map<string, EntryRecord | undefined>;
  /** Those of `outputs` that it made itself. */
  readonly made: Set<string>;
  /**
   * Every content that it ever wrote to a file, even if the file was removed or replaced later.
   * Empty unless recorded.
   */
  readonly wrote: Set<Uint8Array>;
  /**
   * True for a port that got bytes which are not in `inputs`: from the program that started it, or
   * from one that it started. A program in the machine reads pipes and open files unseen.
   */
  isHandedInput: boolean;
  /** Wall time in milliseconds, including what it started; 0 without a clock. */
  milliseconds: number;
}

/** Text that a process printed: its beginning, up to a limit, and its total length. */
export interface Printed {
  /** How many bytes were printed. */
  readonly length: number;
  /** The first MiB of them. */
  readonly bytes: Uint8Array;
}

/** Tools whose failure is an answer to the script. */
const PREDICATES = new Set(['match']);

/** True if a failure of this tool is an answer to the script. */
export function isPredicate(tool: string | undefined): boolean {
  return PREDICATES.has(tool ?? '');
}

/** True for a process that did not succeed, unless its status is an answer. */
export function failed({ end, tool }: ProcessRecord): boolean {
  return !isPredicate(tool) && !(end?.kind === 'exited' && end.status === 0);
}
