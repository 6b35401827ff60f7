// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * A file tree in memory: directories, regular files with modes, symbolic links.
 *
 * Paths here are absolute; `walk` resolves them as the kernel does, `.`, `..` and links included.
 * Permissions are stored but, as for root, only the execute bit of programs is ever enforced (by
 * the host).
 */
import { type Errno, hostError } from '../errors.ts';
import type { Inode } from '../types.ts';

export interface FileNode {
  readonly kind: 'file';
  /** Permission bits. */
  mode: number;
  bytes: Uint8Array;
}

export interface DirectoryNode {
  readonly kind: 'directory';
  mode: number;
  readonly entries: Map<string, TreeNode>;
}

export interface LinkNode {
  readonly kind: 'link';
  readonly target: string;
}

export type TreeNode = FileNode | DirectoryNode | LinkNode;

/** Where a path leads: the directory that holds its last name, that name, and what is there now. */
interface Place {
  readonly parent: DirectoryNode;
  readonly name: string;
  readonly node: TreeNode | undefined;
  /** The path with every link and dot resolved. */
  readonly path: string;
}

/** As on Linux: the most links in a row, and the longest name and path in bytes. */
const MAX_LINKS = 40;
const MAX_NAME = 255;
const MAX_PATH = 4096;

/** The most bytes that all files of a world may have together: 1 GiB by default. */
const MAX_BYTES = 2 ** 30;

/**
 * The time at which a world begins, in milliseconds since 1970. Any time will do, but it is always
 * the same.
 */
const FIRST_TIME = 1_000_000_000_000;

/** The state of a world's clock, and the last number that a node got. */
export interface WorldClock {
  /** Milliseconds since 1970. */
  readonly time: number;
  /** The last number that a node got. */
  readonly lastNumber: number;
}

/** A node's number, and the time of the last change of its content. */
export interface NodeTimes {
  readonly number: number;
  modified: number;
}

/**
 * What a world knows about its nodes in addition to their content, and its clock. All views share
 * it.
 */
class Inodes {
  /** Milliseconds since 1970. It advances each time it is read, and with each change. */
  private time = FIRST_TIME;
  private last = 1;
  private readonly known = new WeakMap<TreeNode, NodeTimes>();

  tick(): number {
    return ++this.time;
  }

  get clock(): WorldClock {
    return { time: this.time, lastNumber: this.last };
  }

  set clock({ time, lastNumber }: WorldClock) {
    this.time = time;
    this.last = lastNumber;
  }

  /**
   * What is known about a node. A node that nobody has asked about does not get a number by this.
   */
  peek(node: TreeNode): NodeTimes | undefined {
    return this.known.get(node);
  }

  restore(node: TreeNode, times: NodeTimes): void {
    this.known.set(node, { ...times });
  }

  of(node: TreeNode): NodeTimes {
    let inode = this.known.get(node);
    if (inode === undefined) {
      inode = { number: ++this.last, modified: FIRST_TIME };
      this.known.set(node, inode);
    }
    return inode;
  }

  /** Called when the content of `nodes` changes. */
  touch(...nodes: TreeNode[]): void {
    const now = this.tick();
    for (const node of nodes) this.of(node).modified = now;
  }
}

/**
 * How many bytes a world contains. All views share it: a chroot sees only a part, but counts
 * towards the whole.
 */
class Usage {
  readonly inodes: Inodes = new Inodes();
  /** True once a write was refused. */
  exceeded = false;
  /** True once a file got a second name. */
  hasLinks = false;
  readonly limit: number;
  private bytes: number;
  private readonly root: DirectoryNode;

  constructor(root: DirectoryNode, limit: number) {
    this.root = root;
    this.limit = limit;
    this.bytes = sizeOf(root);
  }

  /** Every file, folder and link in the world. */
  all(): Generator<[path: string, node: TreeNode]> {
    return entriesBelow('', this.root);
  }

  /**
   * Throws ENOSPC if the files would have more bytes than the limit after `size` bytes replace
   * `old`.
   */
  replace(old: number, size: number, path: string): void {
    const limit = this.limit;
    // Removed files still count. To get the exact number, the tree has to be walked.
    if (this.bytes + size - old > limit) this.bytes = sizeOf(this.root);
    if (this.bytes + size - old > limit) {
      this.exceeded = true;
      throw hostError('ENOSPC', path, `the files would be larger than the limit of ${limit} bytes`);
    }
    this.bytes += size - old;
  }
}

export class MemoryFiles {
  readonly root: DirectoryNode;
  private readonly usage: Usage;

  /** @param limit how many bytes all files may have together. */
  constructor(
    root: DirectoryNode = { kind: 'directory', mode: 0o755, entries: new Map() },
    limit: number | Usage = MAX_BYTES,
  ) {
    this.root = root;
    this.usage = typeof limit === 'number' ? new Usage(root, limit) : limit;
  }

  /** The limit, in bytes, if something was refused because of it. */
  get exceededLimit(): number | undefined {
    return this.usage.exceeded ? this.usage.limit : undefined;
  }

  /** The same files, seen from `root`, which is one of their folders. */
  below(root: DirectoryNode): MemoryFiles {
    return new MemoryFiles(root, this.usage);
  }

  /** The node at `path`, or undefined if it or a directory on the way does not exist. */
  find(path: string, followLast = true): TreeNode | undefined {
    try {
      return this.walk(path, followLast).node;
    } catch {
      return undefined;
    }
  }

  /** The node at `path`. Throws ENOENT, ENOTDIR, ELOOP. */
  get(path: string, followLast = true): TreeNode {
    const { node } = this.walk(path, followLast);
    if (node === undefined) throw hostError('ENOENT', path);
    return node;
  }

  /**
   * `path` without links and dots. The last part need not exist. If it is a link, and `followLast`
   * is false, it is kept.
   */
  realPath(path: string, followLast = true): string {
    return this.walk(path, followLast).path;
  }

  /** Create or replace a file; see Host.writeFile. `mode` is used as it is. */
  writeFile(path: string, bytes: Uint8Array, mode: number): void {
    const place = this.walk(path, true);
    if (place.node?.kind === 'directory' || place.name === '') throw hostError('EISDIR', path);
    const { node } = place;
    this.usage.replace(node?.kind === 'file' ? node.bytes.length : 0, bytes.length, path);
    if (node?.kind === 'file') {
      node.bytes = bytes;
      this.usage.inodes.touch(node);
    } else this.place(place, { kind: 'file', mode, bytes });
  }

  /** Put the new node `node` at `place`. */
  private place({ parent, name }: Place, node: TreeNode): void {
    parent.entries.set(name, node);
    this.usage.inodes.touch(node, parent);
  }

  /** Milliseconds since 1970. Each call advances the clock. */
  now(): number {
    return this.usage.inodes.tick();
  }

  /** Number and time of the node at `path`; undefined if there is none. */
  inode(path: string, followLast: boolean): Inode | undefined {
    const node = this.find(path, followLast);
    if (node === undefined) return undefined;
    const { number, modified } = this.usage.inodes.of(node);
    return { number, modified, links: this.linksOf(node) };
  }

  /** The time of the clock, which this does not advance. */
  get clock(): WorldClock {
    return this.usage.inodes.clock;
  }

  /**
   * The number and time of a node, if it has them, in the form that {@link resume} accepts. Changes
   * nothing.
   */
  timesOf(node: TreeNode): NodeTimes | undefined {
    return this.usage.inodes.peek(node);
  }

  /**
   * Continue where another world with an equal tree stopped: with its clock and its numbers and
   * times of nodes.
   */
  resume(clock: WorldClock, known: Iterable<readonly [TreeNode, NodeTimes]>): void {
    const { inodes } = this.usage;
    inodes.clock = clock;
    for (const [node, times] of known) inodes.restore(node, times);
    const seen = new Set<TreeNode>();
    for (const [, node] of this.usage.all()) {
      if (seen.has(node)) this.usage.hasLinks = true;
      seen.add(node);
    }
  }

  /**
   * How many names a node has. Files with several names are rare, so names are counted only if
   * there are such files.
   */
  private linksOf(node: TreeNode): number {
    if (node.kind === 'directory') {
      return 2 + [...node.entries.values()].filter(({ kind }) => kind === 'directory').length;
    }
    if (!this.usage.hasLinks) return 1;
    let count = 0;
    for (const [, other] of this.usage.all()) if (other === node) count++;
    return Math.max(1, count);
  }

  setModified(path: string, when: number): void {
    this.usage.inodes.of(this.get(path)).modified = when;
  }

  /** rename(2). */
  rename(from: string, to: string): void {
    const source = this.walk(from, false);
    const { node } = source;
    if (node === undefined) throw hostError('ENOENT', from);
    const target = this.walk(to, false);
    if (target.node === node) return;
    if (node === this.root || target.node === this.root) throw hostError('EINVAL', from);
    if (node.kind === 'directory') {
      if (target.node !== undefined && target.node.kind !== 'directory') {
        throw hostError('ENOTDIR', to);
      }
      if (`${target.path}/`.startsWith(`${source.path}/`)) throw hostError('EINVAL', from);
    } else if (target.node?.kind === 'directory') throw hostError('EISDIR', to);
    if (target.node?.kind === 'directory' && target.node.entries.size > 0) {
      throw hostError('ENOTEMPTY', to);
    }
    source.parent.entries.delete(source.name);
    target.parent.entries.set(target.name, node);
    this.usage.inodes.touch(source.parent, target.parent);
  }

  /** link(2). */
  link(existing: string, path: string): void {
    const node = this.get(existing, false);
    if (node.kind === 'directory') throw hostError('EPERM', existing);
    const place = this.walk(path, false);
    if (place.node !== undefined) throw hostError('EEXIST', path);
    place.parent.entries.set(place.name, node);
    this.usage.hasLinks = true;
    this.usage.inodes.touch(place.parent);
  }

  /** Put a new node at `path`. Throws EEXIST if something is there already. */
  create(path: string, node: TreeNode): void {
    const place = this.walk(path, false);
    if (place.node !== undefined) throw hostError('EEXIST', path);
    this.place(place, node);
  }

  /** Make a directory and its parents, if they are missing. */
  createDirectories(path: string, mode = 0o755): void {
    if (path.length > MAX_PATH) throw hostError('ENAMETOOLONG', path);
    let directory = this.root;
    let soFar = '';
    for (const part of path.split('/')) {
      if (part === '' || part === '.') continue;
      soFar += `/${part}`;
      if (part === '..') throw hostError('EINVAL', soFar);
      if (part.length > MAX_NAME) throw hostError('ENAMETOOLONG', soFar);
      let node = directory.entries.get(part);
      if (node === undefined) {
        node = { kind: 'directory', mode, entries: new Map() };
        directory.entries.set(part, node);
        this.usage.inodes.touch(node, directory);
      }
      if (node.kind === 'link') node = this.get(soFar);
      if (node.kind !== 'directory') throw hostError('ENOTDIR', soFar);
      directory = node;
    }
  }

  /** Remove a file or link. */
  remove(path: string): void {
    const { parent, name, node } = this.walk(path, false);
    if (node === undefined) throw hostError('ENOENT', path);
    if (node.kind === 'directory') throw hostError('EISDIR', path);
    parent.entries.delete(name);
    this.usage.inodes.touch(parent);
  }

  /** Remove an empty directory. */
  removeDirectory(path: string): void {
    const { parent, name, node } = this.walk(path, false);
    if (node === undefined) throw hostError('ENOENT', path);
    if (node.kind !== 'directory') throw hostError('ENOTDIR', path);
    if (node.entries.size > 0) throw hostError('ENOTEMPTY', path);
    if (node === this.root) throw hostError('EINVAL', path);
    parent.entries.delete(name);
    this.usage.inodes.touch(parent);
  }

  /**
   * Every regular file below `directory` in the order of {@link entries}. Links are not followed.
   */
  *files(directory = '/'): Generator<[path: string, node: FileNode]> {
    for (const [path, node] of this.entries(directory)) {
      if (node.kind === 'file') yield [path, node];
    }
  }

  /**
   * Everything below `directory`, as [absolute path, node]: a folder comes before its entries, and
   * the names in a folder are in the order of their UTF-16 code units. Links are not followed.
   */
  *entries(directory = '/'): Generator<[path: string, node: TreeNode]> {
    const start = this.get(directory);
    if (start.kind !== 'directory') throw hostError('ENOTDIR', directory);
    yield* entriesBelow(directory === '/' ? '' : directory, start);
  }

  private walk(path: string, followLast: boolean): Place {
    const fail = (errno: Errno) => hostError(errno, path);
    if (path === '') throw fail('ENOENT');
    if (path.length >= MAX_PATH) throw fail('ENAMETOOLONG');
    if (path.includes('\0')) throw fail('EINVAL');
    const pending = splitPath(path).reverse();
    const directories: { node: DirectoryNode; name: string }[] = [{ node: this.root, name: '' }];
    const top = () => (directories[directories.length - 1] as { node: DirectoryNode }).node;
    const pathTo = (name: string) =>
      `${directories.map((directory) => directory.name).join('/')}/${name}`;
    let links = 0;
    for (;;) {
      const name = pending.pop();
      if (name === undefined) return this.ownPlace(directories, pathTo);
      if (name === '.') continue;
      if (name === '..') {
        if (directories.length > 1) directories.pop();
        continue;
      }
      if (name.length > MAX_NAME) throw fail('ENAMETOOLONG');
      const node = top().entries.get(name);
      const last = pending.length === 0;
      if (node?.kind === 'link' && (followLast || !last)) {
        if (++links > MAX_LINKS) throw fail('ELOOP');
        if (node.target.startsWith('/')) directories.length = 1;
        pending.push(...splitPath(node.target).reverse());
      } else if (node?.kind === 'directory') {
        directories.push({ node, name });
      } else if (last) {
        return { parent: top(), name, node, path: pathTo(name) };
      } else {
        throw fail(node === undefined ? 'ENOENT' : 'ENOTDIR');
      }
    }
  }

  /** The place of a path that leads to a directory itself. The root has no name. */
  private ownPlace(
    directories: { node: DirectoryNode; name: string }[],
    pathTo: (name: string) => string,
  ): Place {
    const last = directories.pop() as { node: DirectoryNode; name: string };
    const parent = directories[directories.length - 1]?.node ?? last.node;
    const path = directories.length === 0 ? '/' : pathTo(last.name);
    return { parent, name: last.name, node: last.node, path };
  }
}

/** The names in a path. A slash at the end requires a directory, and becomes a dot. */
function splitPath(path: string): string[] {
  const names = path.split('/').filter((name) => name !== '');
  if (path.endsWith('/')) names.push('.');
  return names;
}

function* entriesBelow(
  folder: string,
  start: DirectoryNode,
): Generator<[path: string, node: TreeNode]> {
  const pending: [string, TreeNode][] = [];
  const open = (prefix: string, { entries }: DirectoryNode): void => {
    const names = [...entries.keys()].sort().reverse();
    for (const name of names) pending.push([`${prefix}/${name}`, entries.get(name) as TreeNode]);
  };
  open(folder, start);
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    yield next;
    if (next[1].kind === 'directory') open(next[0], next[1]);
  }
}

function sizeOf(root: DirectoryNode): number {
  let size = 0;
  const seen = new Set<FileNode>(); // a file may have several names
  for (const [, node] of entriesBelow('', root)) {
    if (node.kind !== 'file' || seen.has(node)) continue;
    size += node.bytes.length;
    seen.add(node);
  }
  return size;
}
