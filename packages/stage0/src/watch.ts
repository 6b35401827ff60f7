// SPDX-License-Identifier: GPL-3.0-or-later
/** Follows the processes of one run: who started whom, what each read, wrote and said, and how it ended. */
import { encodeUtf8 } from '@stage0-ts/bytes';
import { ToolError } from '@stage0-ts/diagnostics';
import type { ChildStatus } from '@stage0-ts/host';
import type { Engine, FileNode, MemoryFiles } from '@stage0-ts/host/memory';
import { portFor } from './engines.ts';
import type { StandInRecord } from './stand-ins.ts';

/** A file as a process found or left it. */
export interface FileRecord {
  /** Shared with the world: not to be changed. */
  readonly bytes: Uint8Array;
  /** Permission bits. */
  readonly mode: number;
  /** Step of the process that wrote this content; undefined for a file that nothing wrote. */
  readonly madeBy?: number | undefined;
}

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
  /** Upstream's name of the tool, where the path stands for one. */
  readonly tool: string | undefined;
  /** What ran in its place, when that was not the tool's own port; undefined otherwise. */
  readonly standIn: StandInRecord | undefined;
  readonly argv: readonly string[];
  /** `NAME=value` strings that it got. */
  readonly environment: readonly string[];
  /** Absolute path of its working directory at the start. */
  readonly directory: string;
  /** undefined while it runs. */
  end: ChildStatus | undefined;
  /** What it wrote to standard error itself. */
  readonly stderr: Uint8Array[];
  /**
   * The program's own file and those that it read itself, as they were at the first read; by absolute path.
   * Empty unless recorded.
   */
  readonly inputs: Map<string, FileRecord>;
  /**
   * Files that it or what it started wrote, as they are at its end; undefined for one that is gone by then.
   * Empty while it runs, and unless recorded.
   */
  readonly outputs: Map<string, FileRecord | undefined>;
  /** Wall time in milliseconds, what it started included; 0 without a clock. */
  milliseconds: number;
}

export type RunEvent =
  | { readonly kind: 'start'; readonly process: ProcessRecord }
  | { readonly kind: 'write'; readonly process: ProcessRecord; readonly path: string }
  | { readonly kind: 'end'; readonly process: ProcessRecord };

export interface WatchOptions {
  readonly engine: Engine;
  /** What the engine runs instead of the program at a path. Default: nothing. */
  readonly standIn?: (path: string) => StandInRecord | undefined;
  /** Answer a failure as if it were a success, but for match, whose status is an answer. */
  readonly keepGoing?: boolean;
  /** Keep inputs and outputs of every process. */
  readonly record?: boolean;
  readonly onEvent?: (event: RunEvent) => void;
  /** A clock in milliseconds. */
  readonly now?: () => number;
}

/** Tools whose failure is an answer to the script. */
const PREDICATES = new Set(['match']);

/** True for a process that did not succeed, unless its status is an answer. */
export function failed({ end, tool }: ProcessRecord): boolean {
  return !PREDICATES.has(tool ?? '') && !(end?.kind === 'exited' && end.status === 0);
}

/** A process that runs, and the paths that it and its children have written. */
interface Running {
  readonly process: ProcessRecord;
  readonly paths: Set<string>;
}

export class Watch {
  readonly processes: ProcessRecord[] = [];
  /** Absolute paths of files that were written, in the order of the first write. */
  readonly written: Set<string> = new Set();
  /** By path the step of the process that wrote the file last. */
  readonly makers: Map<string, number> = new Map();
  private readonly running: Running[] = [];
  private readonly files: MemoryFiles;
  private readonly options: WatchOptions;

  constructor(files: MemoryFiles, options: WatchOptions) {
    this.files = files;
    this.options = options;
  }

  /** Listen to the world's reads and writes during `action`. */
  during<Result>(action: () => Result): Result {
    this.files.onWrite = (path) => this.wrote(path);
    if (this.options.record) this.files.onRead = (path, node) => this.read(path, node);
    try {
      return action();
    } finally {
      this.files.onWrite = undefined;
      this.files.onRead = undefined;
    }
  }

  /** The engine, watched. */
  readonly run: Engine = (image, argv, host) => {
    const standIn = this.options.standIn?.(image.path);
    const process: ProcessRecord = {
      step: this.processes.length + 1,
      depth: this.running.length + 1,
      parent: this.running.at(-1)?.process.step ?? 0,
      path: image.path,
      tool: portFor(image.path) ?? standIn?.tool,
      standIn: standIn && { tool: standIn.tool, port: standIn.port, reason: standIn.reason },
      argv,
      environment: host.environment,
      directory: host.currentDirectory(),
      end: undefined,
      stderr: [],
      inputs: new Map(),
      outputs: new Map(),
      milliseconds: 0,
    };
    this.processes.push(process);
    this.running.push({ process, paths: new Set() });
    const node = this.files.find(image.path);
    if (this.options.record && node?.kind === 'file') this.read(image.path, node);
    this.options.onEvent?.({ kind: 'start', process });
    const start = this.options.now?.() ?? 0;
    try {
      process.end = this.options.engine(image, argv, host);
    } catch (error) {
      if (error instanceof ToolError) process.stderr.push(encodeUtf8(`${error.message}\n`));
      throw error;
    } finally {
      process.milliseconds = (this.options.now?.() ?? 0) - start;
      process.end ??= { kind: 'exited', status: 126 }; // could not be executed, as shells say
      this.finish();
    }
    const masked = this.options.keepGoing && !PREDICATES.has(process.tool ?? '');
    return masked ? { kind: 'exited', status: 0 } : process.end;
  };

  /** Standard error belongs to the innermost process that is running, or to the first script. */
  stderr(bytes: Uint8Array, otherwise: Uint8Array[]): void {
    (this.running.at(-1)?.process.stderr ?? otherwise).push(bytes);
  }

  /** Programs that failed, but for those that failed because of one that they had started. */
  failures(): ProcessRecord[] {
    const all = this.processes.filter(failed);
    return all.filter((outer) => !all.some((inner) => this.isBelow(outer, inner)));
  }

  private finish(): void {
    const { process, paths } = this.running.pop() as Running;
    const parent = this.running.at(-1);
    for (const path of paths) {
      parent?.paths.add(path);
      if (!this.options.record) continue;
      const node = this.files.find(path);
      const left = node?.kind === 'file' ? { bytes: node.bytes, mode: node.mode } : undefined;
      process.outputs.set(path, left);
    }
    this.options.onEvent?.({ kind: 'end', process });
  }

  private wrote(path: string): void {
    this.written.add(path);
    const current = this.running.at(-1);
    if (current === undefined) return;
    current.paths.add(path);
    this.makers.set(path, current.process.step);
    this.options.onEvent?.({ kind: 'write', process: current.process, path });
  }

  private read(path: string, node: FileNode): void {
    const current = this.running.at(-1);
    if (current === undefined || current.process.inputs.has(path)) return;
    const { bytes, mode } = node;
    current.process.inputs.set(path, { bytes, mode, madeBy: this.makers.get(path) });
  }

  /** True when `inner` was started by `outer`, directly or not. */
  private isBelow(outer: ProcessRecord, inner: ProcessRecord): boolean {
    if (inner.step <= outer.step) return false;
    const between = this.processes.slice(outer.step, inner.step);
    return between.every(({ depth }) => depth > outer.depth);
  }
}
