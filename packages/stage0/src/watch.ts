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
import { isElf } from './elf-magic.ts';
import { type NamedEngine, type Nature, portFor } from './engines.ts';
import { Origins } from './origins.ts';
import { OtherCode } from './other-code.ts';
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
  /** Keep no records of processes that have ended, except those of failures. */
  readonly forget?: boolean;
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
  /** Contents that differ by design; see other-code.ts. */
  readonly otherCode: Iterable<Uint8Array>;
}

/** What the programs and the files of a run derive from: see origins.ts. */
export interface Descent {
  /** Step → the binaries of the tree that the program's own file derives from, or is. */
  readonly programs: ReadonlyMap<number, readonly string[]>;
  /** The same for executables that were made, by absolute path. */
  readonly made: ReadonlyMap<string, readonly string[]>;
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

interface Running {
  readonly process: RunningProcess;
  /** Where it and its children have made or changed something. */
  readonly paths: Set<string>;
  /** For {@link OtherCode}. */
  readonly worker: object;
  /** True if a program failed that it has started, directly or through others. */
  innerFailed: boolean;
}

export class Watch {
  /** In the order of starting, unless records are forgotten. */
  readonly processes: ProcessRecord[] = [];
  /**
   * Programs that failed, without those that failed only because a program that they started
   * failed.
   */
  readonly failures: ProcessRecord[] = [];
  /** The process that started last. */
  latest: ProcessRecord | undefined;
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
   * What derives from binaries of the tree, and what differs by design. Undefined where nobody
   * asks: nothing is recorded, and the engine runs whatever it is given.
   */
  private readonly origins: Origins | undefined;
  private readonly other: OtherCode | undefined;
  private readonly records: boolean;

  constructor(files: MemoryFiles, options: WatchOptions) {
    this.files = files;
    this.options = options;
    const { earlier, engine } = options;
    this.records = options.record === true;
    const isFollowed = this.records || engine.refusesGiven === true;
    this.origins = isFollowed ? new Origins(options.isSource) : undefined;
    this.other = isFollowed ? new OtherCode(earlier?.otherCode) : undefined;
    for (const node of earlier?.made ?? []) this.makers.set(node, 0);
    this.origins?.resume(earlier?.origins ?? []);
  }

  /** How many processes have started. */
  get steps(): number {
    return this.latest?.step ?? 0;
  }

  /** The engine, with each process recorded. */
  readonly run: WorldEngine = (image, argv, host) => {
    const { engine } = this.options;
    this.goOn();
    const path = host.worldPath(image.path);
    const process = this.begin(this.steps + 1, path, engine.nature(image), argv, host);
    this.latest = process;
    if (this.options.forget !== true) this.processes.push(process);
    const node = host.node(image.path) as FileNode;
    this.record(process, process.path, node);
    if (!this.isMade(node)) this.origins?.given(path, node);
    this.options.onEvent?.({ kind: 'start', process });
    const start = this.options.now?.() ?? 0;
    try {
      this.refuseGiven(process, node);
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
  private refuseGiven(process: ProcessRecord, image: FileNode): void {
    const refuses = this.options.engine.refusesGiven === true && process.nature === 'descendant';
    const found = refuses ? this.originsOf(image.bytes) : [];
    if (found.length === 0) return;
    const isItself = found.length === 1 && `/${found[0]}` === process.path;
    const what = isItself
      ? 'this program came with the tree'
      : `this program came from a binary that came with the tree (${found.join(', ')})`;
    const message = `${what}, and this build runs none of those`;
    throw new ToolError(message, { code: 'ENOEXEC', file: process.path });
  }

  /** True if a process of this run or of an earlier one wrote it. */
  isMade(node: TreeNode): boolean {
    return this.makers.has(node);
  }

  /** From which binaries of the tree a content derives, as far as that is followed. */
  originsOf(bytes: Uint8Array): readonly string[] {
    return this.origins?.of(bytes) ?? [];
  }

  /** True for content that differs by design. */
  isOtherCode(bytes: Uint8Array): boolean {
    return this.other?.has(bytes) === true;
  }

  /** What is known at the end of a recorded run. */
  descent(): Descent {
    const programs = new Map<number, readonly string[]>();
    if (!this.records) return { programs, made: new Map() };
    const all = this.shell === undefined ? this.processes : [this.shell, ...this.processes];
    for (const { step, path, inputs } of all) {
      const image = inputs.get(path);
      if (image !== undefined) programs.set(step, this.originsOf(image.bytes));
    }
    const made = new Map<string, readonly string[]>();
    for (const [path, node] of this.files.files()) {
      const isProgram = this.isMade(node) && isElf(node.bytes);
      if (isProgram) made.set(path, this.originsOf(node.bytes));
    }
    return { programs, made };
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
      isHandedInput: false,
      milliseconds: 0,
    } satisfies ProcessRecord as RunningProcess;
    const worker = this.other?.begin(process) ?? {};
    this.running.push({ process, paths: new Set(), worker, innerFailed: false });
    return process;
  }

  private finish(): void {
    const { process, paths, innerFailed } = this.running.pop() as Running;
    const parent = this.running.at(-1);
    const isFailure = process !== this.shell && failed(process);
    if (isFailure && !innerFailed) this.failures.push(process);
    if (parent !== undefined) parent.innerFailed ||= isFailure || innerFailed;
    for (const path of paths) {
      parent?.paths.add(path);
      if (this.records) process.outputs.set(path, entryRecord(this.files.find(path, false)));
    }
    if (process !== this.shell) this.options.onEvent?.({ kind: 'end', process });
  }

  private journal(process: RunningProcess): Journal {
    const { paths, worker } = this.running.at(-1) as Running;
    const { origins, other } = this;
    const running = (): RunningProcess => (this.running.at(-1) as Running).process;
    return {
      read: (path, node) => {
        this.goOn();
        this.record(process, path, node);
        if (!this.isMade(node)) origins?.given(path, node);
        origins?.read(process, node.bytes);
        if (path !== process.path) other?.read(worker, node.bytes);
      },
      made: (path, node) => {
        this.goOn();
        paths.add(path);
        process.made.add(path);
        this.makers.set(node, process.step);
        if (node.kind !== 'file') return;
        if (this.records) process.wrote.add(node.bytes);
        origins?.wrote(process, node.bytes);
        other?.wrote(worker, node.bytes);
        this.options.onEvent?.({ kind: 'write', process, path });
      },
      changed: (path) => paths.add(path),
      moves: (path, node) => {
        if (this.isMade(node)) return;
        this.record(process, path, node);
        origins?.given(path, node);
      },
      received: (from) => origins?.read(process, from),
      gave: (to) => origins?.wrote(process, to),
      handed: () => this.hand(process, running()),
      captured: () => this.hand(running(), process),
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

  /** Bytes went from one process to another by its streams. */
  private hand(from: RunningProcess, to: RunningProcess): void {
    to.isHandedInput = true;
    const stream = {};
    this.origins?.wrote(from, stream);
    this.origins?.read(to, stream);
  }

  private record({ inputs }: ProcessRecord, path: string, node: FileNode): void {
    if (!this.records || inputs.has(path)) return;
    const { kind, bytes, mode } = node;
    inputs.set(path, { kind, bytes, mode, madeBy: this.makers.get(node) });
  }
}

function entryRecord(node: TreeNode | undefined): EntryRecord | undefined {
  if (node?.kind === 'file') return { kind: 'file', bytes: node.bytes, mode: node.mode };
  if (node?.kind === 'directory') return { kind: 'directory', mode: node.mode };
  return node;
}
