// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * What a program may do: the system calls of stage0, as one interface.
 *
 * Everything is synchronous, as the tools are. Names are strings; bytes of a name that are not
 * UTF-8 are carried as `@stage0-ts/bytes` describes. Every method throws a ToolError (its `code` an
 * errno name such as ENOENT, its `file` the path as given) where a system call would fail.
 */
import type { ProvenanceMap } from '@stage0-ts/bytes';

/** An upstream program: argument vector (argv[0] is its name) and host → exit status (0–255). */
export type Program = (argv: readonly string[], host: Host) => number;

export type FileKind = 'file' | 'directory' | 'link' | 'other';

/** What stat says about a file. */
export interface FileStatus {
  readonly kind: FileKind;
  /** Permission bits, at most 0o7777. */
  readonly mode: number;
  /** Size in bytes of a regular file; 0 otherwise. */
  readonly size: number;
}

/** Tells which file a name refers to, in addition to {@link FileStatus}. */
export interface Inode {
  /** Equal for two names of the same file, and different for any other existing file. */
  readonly number: number;
  /** How many names it has. A directory has two, and one more for each directory in it. */
  readonly links: number;
  /** Time of the last change of its content, in milliseconds since 1970, by {@link Host.now}. */
  readonly modified: number;
}

/** How a started program ended. */
export type ChildStatus =
  | { readonly kind: 'exited' /** 0–255 */; readonly status: number }
  | { readonly kind: 'killed' /** signal number, 11 for SIGSEGV */; readonly signal: number };

/** What uname says. */
export interface SystemName {
  readonly sysname: string;
  readonly nodename: string;
  readonly release: string;
  readonly version: string;
  /** `i686`, `x86_64`, `aarch64`, `riscv64`, … */
  readonly machine: string;
}

/**
 * Receives the map of a file that a program is about to write to the path `output`. The map's
 * sources are the paths of the files as the program opened them.
 */
export type ProvenanceSink = (output: string, provenance: ProvenanceMap) => void;

/** What a started program gets instead of its parent's own. What is absent is inherited. */
export interface Inherited {
  /** The rest of standard input. Called once, when the program reads. */
  readonly stdin?: (() => Uint8Array) | undefined;
  readonly stdout?: ((bytes: Uint8Array) => void) | undefined;
  readonly stderr?: ((bytes: Uint8Array) => void) | undefined;
  /** Mode bits that new files do not get. */
  readonly umask?: number | undefined;
}

/**
 * Is told where a program's bytes come from and go to, other than by the host's own methods:
 * through a pipe, or through a file that the program did not open itself. Each is named by an
 * object, the same for all programs.
 */
export interface ChannelSink {
  received(from: object): void;
  gave(to: object): void;
}

export interface Host {
  /** `NAME=value` strings, in the order in which the program got them. */
  readonly environment: readonly string[];

  /** The rest of standard input. */
  readStdin(): Uint8Array;
  writeStdout(bytes: Uint8Array): void;
  writeStderr(bytes: Uint8Array): void;

  /** The whole file. Callers must not change the bytes. */
  readFile(path: string): Uint8Array;
  /**
   * Create the file with `mode` (the umask applies), or replace the content of an existing one,
   * which keeps its mode. The file has the old content or all of the new one, never a part. The
   * host may keep `bytes`: the caller must not change them afterwards.
   */
  writeFile(path: string, bytes: Uint8Array, mode: number): void;
  /** What is at `path`, following links; undefined if there is nothing. */
  stat(path: string): FileStatus | undefined;
  /**
   * What is at `path`, without following a link in the last part; undefined if there is nothing.
   */
  lstat(path: string): FileStatus | undefined;
  /** True if both names exist and refer to the same file. */
  sameFile(first: string, second: string): boolean;
  /** Which file `path` refers to; undefined if there is nothing. */
  inode(path: string, followLast: boolean): Inode | undefined;
  /** Set the time at which the content last changed. */
  setModified(path: string, when: number): void;
  /**
   * Milliseconds since 1970. In a world in memory, each call and each change of a file takes one
   * millisecond, so the same programs see the same times.
   */
  now(): number;
  /** The names in a directory, sorted, without `.` and `..`. */
  list(path: string): string[];
  chmod(path: string, mode: number): void;
  /** The umask applies to `mode`. */
  mkdir(path: string, mode: number): void;
  /** Remove a file or link (unlink). */
  remove(path: string): void;
  /** Remove an empty directory (rmdir). */
  removeDirectory(path: string): void;
  /**
   * Give the file at `from` the name `to`. It replaces a file or an empty directory there (rename).
   */
  rename(from: string, to: string): void;
  /** Give the file at `existing` a second name (link). Links are not followed. */
  link(existing: string, path: string): void;
  symlink(target: string, path: string): void;
  /** The target of a link, as it was written. */
  readLink(path: string): string;

  /** Absolute path of the working directory. */
  currentDirectory(): string;
  changeDirectory(path: string): void;
  /**
   * Make `path` this program's root directory (chroot). A host that cannot do this throws ENOSYS.
   */
  changeRoot(path: string): void;

  systemName(): SystemName;

  /** Receives the provenance of outputs. If absent, programs make no maps. */
  readonly provenance?: ProvenanceSink | undefined;

  /** Follows pipes, and files that one program opens for another. If absent, nobody does. */
  readonly channels?: ChannelSink | undefined;

  /**
   * Start the program at `path` (taken as it is: no PATH search) and wait for its end. The child
   * gets the working directory and the streams; what `inherited` has replaces these. Throws ENOENT,
   * EACCES (no execute bit, or no file) or ENOEXEC when nothing was started.
   */
  run(
    path: string,
    argv: readonly string[],
    environment: readonly string[],
    inherited?: Inherited,
  ): ChildStatus;
}
