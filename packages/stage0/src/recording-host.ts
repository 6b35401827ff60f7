// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * The world as one process sees it → a journal of what the process did.
 *
 * Observation belongs to the process: all that it does goes through its host, so all of it is
 * recorded, after a chroot too. Paths in the journal are those of the world, with links resolved.
 */
import type {
  ChannelSink,
  ChildStatus,
  FileStatus,
  Host,
  Inherited,
  Inode,
  ProvenanceSink,
  SystemName,
} from '@stage0-ts/host';
import type { FileNode, MemoryHost, TreeNode } from '@stage0-ts/host/memory';

/**
 * Is called for everything that one process does. A file's bytes are never changed in place: a
 * write gives the node new ones.
 */
export interface Journal extends ChannelSink {
  /** It read the content of a file. */
  read(path: string, node: FileNode): void;
  /** It created or replaced the file, link or folder that is now at `path`. */
  made(path: string, node: TreeNode): void;
  /** It changed what is at `path` in another way: it changed the mode, or removed the file. */
  changed(path: string): void;
  /** It is about to give the file at `path` another name. */
  moves(path: string, node: FileNode): void;
  /** The program that runs now has got bytes from this process, which started it. */
  handed(): void;
  /** This process has got bytes from the program that runs now, which it started. */
  captured(): void;
  stdout(bytes: Uint8Array): void;
  stderr(bytes: Uint8Array): void;
}

export class RecordingHost implements Host {
  readonly environment: readonly string[];
  readonly provenance: ProvenanceSink | undefined;
  readonly channels: ChannelSink;
  private readonly host: MemoryHost;
  private readonly journal: Journal;

  constructor(host: MemoryHost, journal: Journal) {
    this.host = host;
    this.journal = journal;
    this.environment = host.environment;
    this.provenance = host.provenance;
    this.channels = journal;
  }

  readFile(path: string): Uint8Array {
    const bytes = this.host.readFile(path);
    this.journal.read(this.host.worldPath(path), this.host.node(path) as FileNode);
    return bytes;
  }

  writeFile(path: string, bytes: Uint8Array, mode: number): void {
    this.host.writeFile(path, bytes, mode);
    this.made(path, true);
  }

  mkdir(path: string, mode: number): void {
    this.host.mkdir(path, mode);
    this.made(path, false);
  }

  symlink(target: string, path: string): void {
    this.host.symlink(target, path);
    this.made(path, false);
  }

  chmod(path: string, mode: number): void {
    this.host.chmod(path, mode);
    this.journal.changed(this.host.worldPath(path));
  }

  remove(path: string): void {
    const gone = this.host.worldPath(path, false);
    this.host.remove(path);
    this.journal.changed(gone);
  }

  removeDirectory(path: string): void {
    const gone = this.host.worldPath(path, false);
    this.host.removeDirectory(path);
    this.journal.changed(gone);
  }

  rename(from: string, to: string): void {
    const gone = this.host.worldPath(from, false);
    this.moves(from);
    this.host.rename(from, to);
    this.journal.changed(gone);
    this.moved(to);
  }

  link(existing: string, path: string): void {
    this.moves(existing);
    this.host.link(existing, path);
    this.made(path, false);
  }

  setModified(path: string, when: number): void {
    this.host.setModified(path, when);
  }

  writeStdout(bytes: Uint8Array): void {
    this.journal.stdout(bytes);
    this.host.writeStdout(bytes);
  }

  writeStderr(bytes: Uint8Array): void {
    this.journal.stderr(bytes);
    this.host.writeStderr(bytes);
  }

  readStdin(): Uint8Array {
    return this.host.readStdin();
  }

  stat(path: string): FileStatus | undefined {
    return this.host.stat(path);
  }

  lstat(path: string): FileStatus | undefined {
    return this.host.lstat(path);
  }

  sameFile(first: string, second: string): boolean {
    return this.host.sameFile(first, second);
  }

  inode(path: string, followLast: boolean): Inode | undefined {
    return this.host.inode(path, followLast);
  }

  now(): number {
    return this.host.now();
  }

  list(path: string): string[] {
    return this.host.list(path);
  }

  readLink(path: string): string {
    return this.host.readLink(path);
  }

  currentDirectory(): string {
    return this.host.currentDirectory();
  }

  changeDirectory(path: string): void {
    this.host.changeDirectory(path);
  }

  changeRoot(path: string): void {
    this.host.changeRoot(path);
  }

  systemName(): SystemName {
    return this.host.systemName();
  }

  /**
   * The world's engine gives each child a recording host of its own. A child that is not in the
   * machine uses streams of this process, which are followed here.
   */
  run(
    path: string,
    argv: readonly string[],
    environment: readonly string[],
    inherited?: Inherited,
  ): ChildStatus {
    const streams = inherited && this.followed(inherited);
    return this.host.run(path, argv, environment, streams);
  }

  private followed(inherited: Inherited): Inherited {
    const { stdin, stdout, stderr } = inherited;
    const { journal } = this;
    const capture = (stream: (bytes: Uint8Array) => void) => (bytes: Uint8Array) => {
      journal.captured();
      stream(bytes);
    };
    const hand = (stream: () => Uint8Array) => () => {
      journal.handed();
      return stream();
    };
    return {
      ...inherited,
      stdin: stdin && hand(stdin),
      stdout: stdout && capture(stdout),
      stderr: stderr && capture(stderr),
    };
  }

  /** What is at `path` gets another name, with everything in it. */
  private moves(path: string): void {
    const node = this.host.node(path, false);
    if (node?.kind === 'file') this.journal.moves(this.host.worldPath(path, false), node);
    if (node?.kind !== 'directory') return;
    for (const name of this.host.list(path)) this.moves(`${path}/${name}`);
  }

  private made(path: string, followLast: boolean): void {
    const node = this.host.node(path, followLast) as TreeNode;
    this.journal.made(this.host.worldPath(path, followLast), node);
  }

  /** Whatever is now at `path`, with everything in it, counts as made there. */
  private moved(path: string): void {
    this.made(path, false);
    if (this.host.lstat(path)?.kind !== 'directory') return;
    for (const name of this.host.list(path)) this.moved(`${path}/${name}`);
  }
}
