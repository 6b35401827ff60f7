// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * A build: a tree and an engine → the files that the tree's own kaem scripts make.
 *
 * The recipe is the tree's `kaem.<arch>`, run by kaem-minimal as upstream's seed does; this file only
 * watches what is started and written. Everything happens in the tree's memory.
 */
import { ToolError } from '@stage0-ts/diagnostics';
import type { ChildStatus } from '@stage0-ts/host';
import { type Engine, type MemoryFiles, MemoryHost } from '@stage0-ts/host/memory';
import { kaemMinimal } from '@stage0-ts/kaem';
import { type Artifact, collectArtifacts, readAnswers } from './artifacts.ts';
import { portFor, portsEngine } from './engines.ts';

export interface BuildOptions {
  /** Which `kaem.<arch>` and `<arch>.answers` of the tree are used. Default: `x86`. */
  readonly arch?: string;
  /** What runs the programs that scripts start. Default: our ports. */
  readonly engine?: Engine;
  /** Go on after a failing program as if it had succeeded, to see what else builds. Default: false. */
  readonly keepGoing?: boolean;
  /** Told of every start, write and end, in order. */
  readonly onEvent?: (event: BuildEvent) => void;
}

export type BuildEvent =
  | { readonly kind: 'start'; readonly process: ProcessRecord }
  | { readonly kind: 'write'; readonly process: ProcessRecord; readonly path: string }
  | { readonly kind: 'end'; readonly process: ProcessRecord };

/** One program that a script started. */
export interface ProcessRecord {
  /** Counted from 1 in the order of starting. */
  readonly step: number;
  /** 1 for what the first script starts, 2 for what that starts, … */
  readonly depth: number;
  /** Absolute path in the tree. */
  readonly path: string;
  /** Upstream's name of the tool, where the path stands for one. */
  readonly tool: string | undefined;
  readonly argv: readonly string[];
  /** undefined while it runs. */
  end: ChildStatus | undefined;
  /** What it wrote to standard error itself. */
  readonly stderr: Uint8Array[];
}

export interface BuildResult {
  readonly arch: string;
  /** Exit status of the whole script. */
  readonly status: number;
  readonly processes: readonly ProcessRecord[];
  /** Programs that failed and that no other failing program had started: where to look. */
  readonly failures: readonly ProcessRecord[];
  readonly artifacts: readonly Artifact[];
  /** True when the script succeeded, nothing failed on the way, and every expected digest matches. */
  readonly ok: boolean;
  /** What the first script wrote to standard error itself. */
  readonly stderr: readonly Uint8Array[];
}

/**
 * Build the tree in `files`, which is changed by it. The tree's root is the root of the world and the
 * working directory; the environment is empty.
 *
 * Throws ToolError when the tree has no script or no answers for the architecture.
 */
export function build(files: MemoryFiles, options: BuildOptions = {}): BuildResult {
  const arch = options.arch ?? 'x86';
  const script = `kaem.${arch}`;
  if (files.find(`/${script}`)?.kind !== 'file') {
    throw new ToolError(`the tree has no ${script}`, { code: 'no-script' });
  }
  const answers = files.find(`/${arch}.answers`);
  if (answers?.kind !== 'file') {
    throw new ToolError(`the tree has no ${arch}.answers`, { code: 'no-answers' });
  }
  const expected = readAnswers(answers.bytes);
  const watch = new Watch(options);
  if (files.find('/tmp') === undefined) files.createDirectories('/tmp');
  files.onWrite = (path) => watch.wrote(path);
  try {
    const stderr: Uint8Array[] = [];
    const host = new MemoryHost({
      files,
      engine: (image, argv, child) => watch.run(image, argv, child),
      stderr: (bytes) => watch.stderr(bytes, stderr),
    });
    const status = kaemMinimal(['kaem-optional-seed', script], host);
    const artifacts = collectArtifacts(files, watch.written, expected);
    const failures = watch.failures();
    const ok =
      status === 0 &&
      failures.length === 0 &&
      artifacts.every(({ verdict }) => verdict === 'match' || verdict === 'unlisted');
    return { arch, status, processes: watch.processes, failures, artifacts, ok, stderr };
  } finally {
    files.onWrite = undefined;
  }
}

/** Follows the processes of one build. */
class Watch {
  readonly processes: ProcessRecord[] = [];
  /** Absolute paths of files that were written, in the order of the first write. */
  readonly written = new Set<string>();
  private readonly running: ProcessRecord[] = [];
  private readonly options: BuildOptions;

  constructor(options: BuildOptions) {
    this.options = options;
  }

  readonly run: Engine = (image, argv, host) => {
    const process: ProcessRecord = {
      step: this.processes.length + 1,
      depth: this.running.length + 1,
      path: image.path,
      tool: portFor(image.path),
      argv,
      end: undefined,
      stderr: [],
    };
    this.processes.push(process);
    this.running.push(process);
    this.options.onEvent?.({ kind: 'start', process });
    try {
      process.end = (this.options.engine ?? portsEngine)(image, argv, host);
    } finally {
      process.end ??= { kind: 'exited', status: 126 }; // could not be executed, as shells say
      this.running.pop();
      this.options.onEvent?.({ kind: 'end', process });
    }
    return this.options.keepGoing ? { kind: 'exited', status: 0 } : process.end;
  };

  wrote(path: string): void {
    this.written.add(path);
    const process = this.running.at(-1);
    if (process !== undefined) this.options.onEvent?.({ kind: 'write', process, path });
  }

  /** Standard error belongs to the innermost process that is running, or to the first script. */
  stderr(bytes: Uint8Array, otherwise: Uint8Array[]): void {
    (this.running.at(-1)?.stderr ?? otherwise).push(bytes);
  }

  failures(): ProcessRecord[] {
    const failed = this.processes.filter(({ end }) => end?.kind !== 'exited' || end.status !== 0);
    // A script fails because of what it started: name the innermost.
    return failed.filter((outer) => !failed.some((inner) => isBelow(outer, inner, this.processes)));
  }
}

/** True when `inner` was started by `outer`, directly or not. */
function isBelow(
  outer: ProcessRecord,
  inner: ProcessRecord,
  all: readonly ProcessRecord[],
): boolean {
  for (let step = outer.step; step < all.length; step++) {
    const process = all[step] as ProcessRecord;
    if (process.depth <= outer.depth) return false;
    if (process === inner) return true;
  }
  return false;
}
