// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * Follows the processes of one run: who started whom, what each read, wrote and printed, and how it
 * ended.
 */

import { ByteWriter, encodeUtf8 } from '@stage0-ts/bytes';
import { ToolError } from '@stage0-ts/diagnostics';
import type { Program } from '@stage0-ts/host';
import type {
  FileNode,
  MemoryFiles,
  MemoryHost,
  TreeNode,
  WorldEngine,
} from '@stage0-ts/host/memory';
import { type NamedEngine, type Nature, portFor } from './engines.ts';
import { Origins } from './origins.ts';
import { type Journal, RecordingHost } from './recording-host.ts';
import {
  type EntryRecord,
  failed,
  isPredicate,
  type Printed,
  type ProcessRecord,
} from './records.ts';

export type RunEvent =
  | { readonly kind: 'start'; readonly process: ProcessRecord }
  | { readonly kind: 'write'; readonly process: ProcessRecord; readonly path: string }
  | { readonly kind: 'end'; readonly process: ProcessRecord };

export interface WatchOptions {
  readonly engine: NamedEngine;
  /** Report a failure as a success, except for match, whose status is an answer. */
  readonly keepGoing?: boolean;
  /** Keep the inputs and outputs of every process. */
  readonly record?: boolean;
  readonly onEvent?: (event: RunEvent) => void;
  /** A clock in milliseconds. */
  readonly now?: () => number;
  /** Polled at every file operation of a process; when it returns true, the run ends. */
  readonly shouldStop?: () => boolean;
  /** What an earlier run in the same world left. */
  readonly earlier?: EarlierRun;
  /** True for text that is a source whichever program unpacks it; see origins.ts. */
  readonly isSource?: (bytes: Uint8Array) => boolean;
}

/** What a run knows about the run that it continues. */
export interface EarlierRun {
  /** What its processes made. */
  readonly made: Iterable<TreeNode>;
  /** Content → the binaries of the tree that it derives from. */
  readonly origins: Iterable<readonly [Uint8Array, readonly string[]]>;
}

/** How many bytes of a process's output are kept: 1 MiB. */
const MAX_PRINTED = 1 << 20;

class PrintedText implements Printed {
  private readonly kept = new ByteWriter(64);
  length = 0;

  push(bytes: Uint8Array): void {
    const room = MAX_PRINTED - this.kept.length;
    this.kept.write(bytes, 0, Math.min(room, bytes.length));
    this.length += bytes.length;
  }

  get bytes(): Uint8Array {
    return this.kept.toBytes();
  }
}

/** A record while its process runs. */
type RunningProcess = ProcessRecord & {
  readonly stdout: PrintedText;
  readonly stderr: PrintedText;
};

/** A running process, and the paths at which it and its children have made or changed something. */
interface Running {
  readonly process: RunningProcess;
  readonly paths: Set<string>;
}

export class Watch {
  readonly processes: ProcessRecord[] = [];
  /** What the first shell did, if that is our port: a record with step 0. */
  shell: ProcessRecord | undefined;
  /** True when `shouldStop` ended the run. */
  stopped = false;
  /** Who wrote a file last. The key is the node, because a file may have several names. */
  private readonly makers = new WeakMap<TreeNode, number>();
  private readonly running: Running[] = [];
  private readonly files: MemoryFiles;
  private readonly options: WatchOptions;
  /**
   * What derives from binaries of the tree, if the engine refuses to run that; otherwise undefined.
   */
  private readonly origins: Origins | undefined;
  private readonly records: boolean;

  constructor(files: MemoryFiles, options: WatchOptions) {
    this.files = files;
    this.options = options;
    this.origins =
      options.engine.refusesGiven === true ? new Origins(undefined, options.isSource) : undefined;
    for (const node of options.earlier?.made ?? []) this.makers.set(node, 0);
    this.origins?.resume(options.earlier?.origins ?? []);
    this.records = options.record === true || this.origins !== undefined;
  }

  /** The engine, with each process recorded. */
  readonly run: WorldEngine = (image, argv, host) => {
    const { engine } = this.options;
    this.goOn();
    const step = this.processes.length + 1;
    const path = host.worldPath(image.path);
    const process = this.begin(step, path, engine.nature(image), argv, host);
    this.processes.push(process);
    const node = host.node(image.path);
    if (node?.kind === 'file') this.read(process, process.path, node);
    this.options.onEvent?.({ kind: 'start', process });
    const start = this.options.now?.() ?? 0;
    try {
      this.refuseGiven(process);
      process.end = engine.run(image, argv, new RecordingHost(host, this.journal(process)));
    } catch (error) {
      if (error instanceof ToolError) {
        process.refused = error.code === 'ENOEXEC';
        process.stderr.push(encodeUtf8(`${error.message}\n`));
        this.stopped ||= error.code === 'aborted'; // the engine was asked to stop
      }
      throw error;
    } finally {
      process.milliseconds = (this.options.now?.() ?? 0) - start;
      process.end ??= { kind: 'exited', status: 126 }; // the status of shells for "cannot execute"
      this.finish();
    }
    const masked = this.options.keepGoing && !isPredicate(process.tool);
    return masked ? { kind: 'exited', status: 0 } : process.end;
  };

  /**
   * Throws if the program is a binary of the tree, or derives from one, and the engine refuses
   * these.
   */
  private refuseGiven(process: ProcessRecord): void {
    const image = process.inputs.get(process.path);
    if (this.origins === undefined || process.nature !== 'descendant' || !image) return;
    this.followOrigins();
    const found = [...this.origins.of(process.path, image)];
    if (found.length === 0) return;
    const isItself = found.length === 1 && `/${found[0]}` === process.path;
    const what = isItself
      ? 'this program came with the tree'
      : `this program came from a binary that came with the tree (${found.join(', ')})`;
    const message = `${what}, and this build runs none of those`;
    throw new ToolError(message, { code: 'ENOEXEC', file: process.path });
  }

  private followOrigins(): void {
    const { processes, shell } = this;
    this.origins?.follow(shell === undefined ? processes : [shell, ...processes]);
  }

  /** True if a process of this run or of an earlier one wrote it. */
  isMade(node: TreeNode): boolean {
    return this.makers.has(node);
  }

  /** A function that says from which binaries of the tree a content derives, as known now. */
  originsOf(): (bytes: Uint8Array) => readonly string[] {
    this.followOrigins();
    return (bytes) => [...(this.origins?.ofContent(bytes) ?? [])];
  }

  /** Run our port of the first shell, which is not started by a script. */
  runShell(path: string, argv: readonly string[], host: MemoryHost, program: Program): number {
    const shell = this.begin(0, path, 'port', argv, host);
    this.shell = shell;
    try {
      const status = program(argv, new RecordingHost(host, this.journal(shell)));
      shell.end = { kind: 'exited', status };
      return status;
    } finally {
      this.finish();
    }
  }

  /**
   * Programs that failed, without those that failed only because a program that they started
   * failed.
   */
  failures(): ProcessRecord[] {
    const all = this.processes.filter(failed);
    return all.filter((outer) => !all.some((inner) => this.isBelow(outer, inner)));
  }

  /**
   * The files of the world that processes wrote: absolute path, in sorted order, → the last step
   * that wrote it.
   */
  madeFiles(): Map<string, number> {
    const made = new Map<string, number>();
    for (const [path, node] of this.files.files()) {
      const step = this.makers.get(node);
      if (step !== undefined) made.set(path, step);
    }
    return made;
  }

  /** Absolute paths of the symbolic links that processes made, in sorted order. */
  madeLinks(): string[] {
    return [...this.files.entries()].flatMap(([path, node]) =>
      node.kind === 'link' && this.isMade(node) ? [path] : [],
    );
  }

  private begin(
    step: number,
    path: string,
    nature: Nature,
    argv: readonly string[],
    host: MemoryHost,
  ): RunningProcess {
    const standIn = this.options.engine.standIn?.(path);
    const outer = this.running.at(-1)?.process;
    const process = {
      step,
      depth: outer === undefined || outer === this.shell ? 1 : outer.depth + 1,
      parent: outer?.step ?? 0,
      path,
      nature,
      tool: portFor(path) ?? standIn?.tool,
      otherCode: standIn?.otherCode === true,
      standIn: standIn && { tool: standIn.tool, port: standIn.port, reason: standIn.reason },
      argv,
      environment: host.environment,
      directory: host.currentDirectory(),
      root: host.worldPath('/'),
      end: undefined,
      refused: false,
      stdout: new PrintedText(),
      stderr: new PrintedText(),
      inputs: new Map(),
      outputs: new Map(),
      made: new Set(),
      wrote: new Set(),
      milliseconds: 0,
    } satisfies ProcessRecord as RunningProcess;
    this.running.push({ process, paths: new Set() });
    return process;
  }

  private finish(): void {
    const { process, paths } = this.running.pop() as Running;
    const parent = this.running.at(-1);
    for (const path of paths) {
      parent?.paths.add(path);
      if (this.records) process.outputs.set(path, entryRecord(this.files.find(path, false)));
    }
    if (process !== this.shell) this.options.onEvent?.({ kind: 'end', process });
  }

  private journal(process: RunningProcess): Journal {
    const { paths } = this.running.at(-1) as Running;
    return {
      read: (path, node) => {
        this.goOn();
        this.read(process, path, node);
      },
      made: (path, node) => {
        this.goOn();
        paths.add(path);
        process.made.add(path);
        this.makers.set(node, process.step);
        if (node.kind !== 'file') return;
        if (this.records) process.wrote.add(node.bytes);
        this.options.onEvent?.({ kind: 'write', process, path });
      },
      changed: (path) => paths.add(path),
      stdout: (bytes) => process.stdout.push(bytes),
      stderr: (bytes) => process.stderr.push(bytes),
    };
  }

  /**
   * Throws when the run has to stop. Tools report that as a failure of their own, so callers must
   * check `stopped`.
   */
  private goOn(): void {
    this.stopped ||= this.options.shouldStop?.() === true;
    if (this.stopped) throw new ToolError('stopped: the time is up', { code: 'time-limit' });
  }

  private read({ inputs }: ProcessRecord, path: string, node: FileNode): void {
    if (!this.records || inputs.has(path)) return;
    const { kind, bytes, mode } = node;
    inputs.set(path, { kind, bytes, mode, madeBy: this.makers.get(node) });
  }

  /** True when `outer` started `inner`, directly or through other processes. */
  private isBelow(outer: ProcessRecord, inner: ProcessRecord): boolean {
    if (inner.step <= outer.step) return false;
    const between = this.processes.slice(outer.step, inner.step);
    return between.every(({ depth }) => depth > outer.depth);
  }
}

function entryRecord(node: TreeNode | undefined): EntryRecord | undefined {
  if (node?.kind === 'file') return { kind: 'file', bytes: node.bytes, mode: node.mode };
  if (node?.kind === 'directory') return { kind: 'directory', mode: node.mode };
  return node;
}
