// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * A kaem script, a tree and an engine → whatever the script makes, in the tree's memory.
 *
 * No layout is assumed: the script's own paths decide. With an engine that runs the tree's own
 * binaries, the first shell is one of them if the caller names it; otherwise it is our port.
 */
import { ToolError } from '@stage0-ts/diagnostics';
import type { SystemName } from '@stage0-ts/host';
import { type MemoryFiles, MemoryHost } from '@stage0-ts/host/memory';
import { kaem, kaemMinimal } from '@stage0-ts/kaem';
import { type NamedEngine, PORTS } from './engines.ts';
import type { ProcessRecord } from './records.ts';
import { type Descent, type RunEvent, Watch } from './watch.ts';

export interface RunOptions {
  /** The script, relative to `directory`. */
  readonly script: string;
  /** Working directory in the tree; default `/`. */
  readonly directory?: string;
  /** Which of our shells runs the script; default `kaem-minimal`. */
  readonly shell?: 'kaem-minimal' | 'kaem';
  /** An executable of the tree that is the shell instead; its only argument is the script. */
  readonly shellPath?: string;
  /** What runs the programs that scripts start. Default: our ports. */
  readonly engine?: NamedEngine;
  /**
   * After a program fails, go on as if it had succeeded, to see what else builds. Default: false.
   */
  readonly keepGoing?: boolean;
  /** Keep what every process read and wrote. Default: false. */
  readonly record?: boolean;
  /** Called for every start, write and end, in order. */
  readonly onEvent?: (event: RunEvent) => void;
  /** Gets the standard output of all processes. Default: dropped. */
  readonly stdout?: (bytes: Uint8Array) => void;
  /** A clock in milliseconds, to time processes. Default: none. */
  readonly now?: () => number;
  /** `NAME=VALUE` strings that the shell starts with. Default: none. */
  readonly environment?: readonly string[];
  /** What uname calls the machine; default `i686`. */
  readonly machine?: string;
  /** Polled; when it returns true, the run ends with an error. Engines have such an option too. */
  readonly shouldStop?: () => boolean;
}

export interface RunResult {
  /** Absolute path of the script, without resolving links. */
  readonly script: string;
  /** Exit status of the script's shell. */
  readonly status: number;
  readonly processes: readonly ProcessRecord[];
  /** Programs that failed, if the script failed or went on regardless: where to look. */
  readonly failures: readonly ProcessRecord[];
  /** The first shell, if that is our port: a process with step 0. */
  readonly shell: ProcessRecord | undefined;
  /** The files that were made: absolute path → the step of the process that wrote the file last. */
  readonly makers: ReadonlyMap<string, number>;
  /** Absolute paths of the symbolic links that were made. */
  readonly madeLinks: readonly string[];
  /** Empty unless recorded. */
  readonly descent: Descent;
}

/**
 * Run a script in `files`, and change them. The tree's root is the root of the world. Throws
 * ToolError when the working directory or the shell does not exist, and when `shouldStop` ended the
 * run.
 */
export function runScript(files: MemoryFiles, options: RunOptions): RunResult {
  const engine = options.engine ?? PORTS;
  const watch = new Watch(files, { ...options, engine });
  if (files.find('/tmp') === undefined) files.createDirectories('/tmp');
  const directory = options.directory ?? '/';
  if (files.find(directory)?.kind !== 'directory') {
    throw new ToolError('the tree has no such directory', { code: 'ENOTDIR', file: directory });
  }
  const host = new MemoryHost({
    files,
    currentDirectory: files.realPath(directory),
    engine: watch.run,
    ...(options.environment && { environment: options.environment }),
    ...(options.machine === undefined ? {} : { systemName: systemNamed(options.machine) }),
    stdout: (bytes) => options.stdout?.(bytes),
  });
  const status = runUntilStopped(files, watch, () => startShell(watch, host, options));
  const failures = status !== 0 || options.keepGoing ? watch.failures : [];
  const { processes, shell } = watch;
  const script = options.script.startsWith('/') ? options.script : `${directory}/${options.script}`;
  const made = {
    makers: watch.madeFiles(),
    madeLinks: watch.madeLinks(),
    descent: watch.descent(),
  };
  return { script, status, processes, shell, failures, ...made };
}

/** The value of `run`. Throws ToolError if the run reached a limit. */
export function runUntilStopped(files: MemoryFiles, watch: Watch, run: () => number): number {
  const status = unlessStopped(watch, run);
  const limit = files.exceededLimit;
  if (!watch.stopped && limit === undefined) return status;
  const last = watch.latest;
  const why = watch.stopped
    ? 'the time is up (--time-limit)'
    : `the files would be larger than the limit of ${limit} bytes (--files-limit)`;
  const message = `stopped in step ${last?.step ?? 0}: ${why}`;
  throw new ToolError(message, { code: 'limit', ...(last && { file: last.path.slice(1) }) });
}

function unlessStopped(watch: Watch, run: () => number): number {
  try {
    return run();
  } catch (error) {
    if (watch.stopped) return 1;
    throw error;
  }
}

/** What uname prints on such a machine. */
export function systemNamed(machine: string): SystemName {
  return { sysname: 'Linux', nodename: 'stage0', release: '', version: '', machine };
}

function startShell(watch: Watch, host: MemoryHost, options: RunOptions): number {
  const { script, shellPath } = options;
  if (shellPath !== undefined) {
    const end = host.run(shellPath, [shellPath, script], options.environment ?? []);
    return end.kind === 'exited' ? end.status : 128 + end.signal;
  }
  const [name, program, argv] =
    options.shell === 'kaem'
      ? ['kaem', kaem, ['kaem', '--file', script]]
      : ['kaem-minimal', kaemMinimal, ['kaem-minimal', script]];
  return watch.runShell(`/${name}`, argv, host, program);
}
