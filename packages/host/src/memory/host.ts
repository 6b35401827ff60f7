// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * A process's view of a world in memory: its working directory, root, environment and streams over
 * a shared {@link MemoryFiles}. What a started program *is* (a port, an emulated binary, …) is
 * decided by the {@link Engine}, from the file that the path names.
 */
import { answerError, ToolError } from '@stage0-ts/diagnostics';
import { hostError } from '../errors.ts';
import type {
  ChildStatus,
  FileStatus,
  Host,
  Inherited,
  Inode,
  ProvenanceSink,
  SystemName,
} from '../types.ts';
import type { MemoryFiles, TreeNode } from './files.ts';

/** The file to be executed. */
export interface ProgramImage {
  /** Absolute path in the caller's root, with links resolved. */
  readonly path: string;
  readonly bytes: Uint8Array;
}

/**
 * Runs one program to its end in the world that it gets. Throws ENOEXEC for a file that it cannot
 * run.
 */
export type Engine = (image: ProgramImage, argv: readonly string[], host: Host) => ChildStatus;

/** An engine that may ask more of the host of a world in memory than programs can. */
export type WorldEngine = (
  image: ProgramImage,
  argv: readonly string[],
  host: MemoryHost,
) => ChildStatus;

export interface MemoryHostOptions {
  /** What the process sees: the whole world, or only what is below its root directory. */
  readonly files: MemoryFiles;
  /** The path of the root of `files` in the world; default `/`. */
  readonly root?: string;
  /** The engine that runs programs. Default: every start fails with ENOEXEC. */
  readonly engine?: WorldEngine;
  /** `NAME=value` strings; default: none. */
  readonly environment?: readonly string[];
  /** Absolute; default `/`. */
  readonly currentDirectory?: string;
  /** Mode bits that new files and directories do not get; default 0o022. */
  readonly umask?: number;
  /** The whole standard input; default: empty. */
  readonly stdin?: Uint8Array;
  /** Receives standard output; default: it is dropped. */
  readonly stdout?: (bytes: Uint8Array) => void;
  /** Receives standard error; default: it is dropped. */
  readonly stderr?: (bytes: Uint8Array) => void;
  /**
   * Receives the provenance maps for the output of this program and its children; default: no maps
   * are made.
   */
  readonly provenance?: ProvenanceSink;
  /** What uname says; default: Linux on i686. */
  readonly systemName?: SystemName;
}

const DEFAULT_SYSTEM: SystemName = {
  sysname: 'Linux',
  nodename: 'stage0',
  release: '',
  version: '',
  machine: 'i686',
};

/** The rest of standard input, requested when a program reads. */
interface Input {
  rest: () => Uint8Array;
}

export class MemoryHost implements Host {
  readonly environment: readonly string[];
  readonly provenance: ProvenanceSink | undefined;
  private files: MemoryFiles;
  /** Path of this process's root directory in the world. */
  private root: string;
  private directory: string;
  private readonly options: MemoryHostOptions;
  private readonly umask: number;
  /** Shared with child processes: what one process has read, the others no longer get. */
  private readonly stdin: Input;

  constructor(options: MemoryHostOptions, stdin?: Input) {
    this.options = options;
    this.files = options.files;
    this.environment = options.environment ?? [];
    this.provenance = options.provenance;
    this.root = options.root ?? '/';
    this.directory = options.currentDirectory ?? '/';
    this.umask = options.umask ?? 0o022;
    this.stdin = stdin ?? { rest: () => options.stdin ?? new Uint8Array() };
  }

  readStdin(): Uint8Array {
    const { rest } = this.stdin;
    this.stdin.rest = () => new Uint8Array();
    return rest();
  }

  writeStdout(bytes: Uint8Array): void {
    this.options.stdout?.(bytes);
  }

  writeStderr(bytes: Uint8Array): void {
    this.options.stderr?.(bytes);
  }

  readFile(path: string): Uint8Array {
    const node = this.named(path, (absolute) => this.files.get(absolute));
    if (node.kind !== 'file') throw hostError('EISDIR', path);
    return node.bytes;
  }

  writeFile(path: string, bytes: Uint8Array, mode: number): void {
    this.named(path, (absolute) => this.files.writeFile(absolute, bytes, mode & ~this.umask));
  }

  stat(path: string): FileStatus | undefined {
    return statusOf(this.files.find(this.absolute(path)));
  }

  lstat(path: string): FileStatus | undefined {
    return statusOf(this.files.find(this.absolute(path), false));
  }

  sameFile(first: string, second: string): boolean {
    const node = this.files.find(this.absolute(first));
    return node !== undefined && node === this.files.find(this.absolute(second));
  }

  inode(path: string, followLast: boolean): Inode | undefined {
    return this.files.inode(this.absolute(path), followLast);
  }

  setModified(path: string, when: number): void {
    this.named(path, (absolute) => this.files.setModified(absolute, when));
  }

  now(): number {
    return this.files.now();
  }

  list(path: string): string[] {
    const node = this.named(path, (absolute) => this.files.get(absolute));
    if (node.kind !== 'directory') throw hostError('ENOTDIR', path);
    return [...node.entries.keys()].sort();
  }

  chmod(path: string, mode: number): void {
    const node = this.named(path, (absolute) => this.files.get(absolute));
    if (node.kind !== 'link') node.mode = mode & 0o7777;
  }

  mkdir(path: string, mode: number): void {
    const node: TreeNode = {
      kind: 'directory',
      mode: mode & 0o7777 & ~this.umask,
      entries: new Map(),
    };
    // As on Linux: only the name of a new folder may end in a slash.
    let end = path.length;
    while (end > 1 && path[end - 1] === '/') end--;
    const name = path.slice(0, end);
    try {
      this.named(name, (absolute) => this.files.create(absolute, node));
    } catch (error) {
      throw renamed(error, name, path);
    }
  }

  remove(path: string): void {
    this.named(path, (absolute) => this.files.remove(absolute));
  }

  removeDirectory(path: string): void {
    this.named(path, (absolute) => this.files.removeDirectory(absolute));
  }

  rename(from: string, to: string): void {
    this.named(from, (old) => this.named(to, (target) => this.files.rename(old, target)));
  }

  link(existing: string, path: string): void {
    this.named(existing, (old) => this.named(path, (added) => this.files.link(old, added)));
  }

  symlink(target: string, path: string): void {
    if (target === '') throw hostError('ENOENT', path);
    this.named(path, (absolute) => this.files.create(absolute, { kind: 'link', target }));
  }

  readLink(path: string): string {
    const node = this.named(path, (absolute) => this.files.get(absolute, false));
    if (node.kind !== 'link') throw hostError('EINVAL', path);
    return node.target;
  }

  currentDirectory(): string {
    return this.directory;
  }

  changeDirectory(path: string): void {
    this.named(path, (absolute) => {
      if (this.files.get(absolute).kind !== 'directory') throw hostError('ENOTDIR', path);
      this.directory = this.files.realPath(absolute);
    });
  }

  /**
   * Unlike chroot(2) this also makes the new root the working directory: the old one would be
   * outside.
   */
  changeRoot(path: string): void {
    const node = this.named(path, (absolute) => this.files.get(absolute));
    if (node.kind !== 'directory') throw hostError('ENOTDIR', path);
    this.root = this.worldPath(path);
    this.files = this.files.below(node);
    this.directory = '/';
  }

  /**
   * The position of `path` in the whole world, whatever the process's root directory is. Links are
   * resolved; the last one only if `followLast`. Throws the same errors as a system call.
   */
  worldPath(path: string, followLast = true): string {
    const real = this.named(path, (absolute) => this.files.realPath(absolute, followLast));
    if (this.root === '/') return real;
    return real === '/' ? this.root : `${this.root}${real}`;
  }

  /** The node at `path`; undefined if there is none. */
  node(path: string, followLast = true): TreeNode | undefined {
    return this.files.find(this.absolute(path), followLast);
  }

  systemName(): SystemName {
    return this.options.systemName ?? DEFAULT_SYSTEM;
  }

  run(
    path: string,
    argv: readonly string[],
    environment: readonly string[],
    inherited: Inherited = {},
  ): ChildStatus {
    const { engine } = this.options;
    const absolute = this.absolute(path);
    const node = this.named(path, () => this.files.get(absolute));
    if (node.kind !== 'file' || (node.mode & 0o111) === 0) throw hostError('EACCES', path);
    if (engine === undefined) throw hostError('ENOEXEC', path);
    const image = { path: this.files.realPath(absolute), bytes: node.bytes };
    return this.named(path, () => engine(image, argv, this.child(environment, inherited)));
  }

  private child(environment: readonly string[], inherited: Inherited): MemoryHost {
    const { stdin, stdout, stderr } = inherited;
    return new MemoryHost(
      {
        ...this.options,
        files: this.files,
        root: this.root,
        environment,
        currentDirectory: this.directory,
        umask: inherited.umask ?? this.umask,
        ...(stdout && { stdout }),
        ...(stderr && { stderr }),
      },
      stdin === undefined ? this.stdin : { rest: stdin },
    );
  }

  private absolute(path: string): string {
    if (path === '' || path.startsWith('/')) return path;
    return this.directory === '/' ? `/${path}` : `${this.directory}/${path}`;
  }

  /** Run `action` on the absolute form of `path`. Errors name `path` as it was given. */
  private named<Result>(path: string, action: (absolute: string) => Result): Result {
    const absolute = this.absolute(path);
    try {
      return action(absolute);
    } catch (error) {
      throw renamed(error, absolute, path);
    }
  }
}

function renamed(error: unknown, from: string, to: string): unknown {
  if (!(error instanceof ToolError) || error.file !== from || from === to) return error;
  return answerError(error.message, { code: error.code, file: to });
}

function statusOf(node: TreeNode | undefined): FileStatus | undefined {
  if (node === undefined) return undefined;
  if (node.kind === 'link') return { kind: 'link', mode: 0o777, size: 0 };
  const size = node.kind === 'file' ? node.bytes.length : 0;
  return { kind: node.kind, mode: node.mode, size };
}
