// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * A file tree in memory: directories, regular files with modes, symbolic links.
 *
 * Paths here are absolute; `walk` resolves them as the kernel does, `.`, `..` and links included.
 * Permissions are stored but, as for root, only the execute bit of programs is ever enforced (by the host).
 */
import { type Errno, hostError } from '../errors.ts';

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

const MAX_LINKS = 40; // as Linux
const MAX_NAME = 255;

export class MemoryFiles {
  readonly root: DirectoryNode;
  /** Told of every file that is created or replaced, with its absolute path, links resolved. */
  onWrite: ((path: string, node: FileNode) => void) | undefined;
  /** Told of every file that a program reads, in the same way. */
  onRead: ((path: string, node: FileNode) => void) | undefined;

  constructor(root: DirectoryNode = { kind: 'directory', mode: 0o755, entries: new Map() }) {
    this.root = root;
  }

  /** The node at `path`, or undefined when it or a directory on the way does not exist. */
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

  /** `path` without links and dots. The last part need not exist. */
  realPath(path: string): string {
    return this.walk(path, true).path;
  }

  /** Create or replace a file; see Host.writeFile. `mode` is used as it is. */
  writeFile(path: string, bytes: Uint8Array, mode: number): void {
    const place = this.walk(path, true);
    if (place.node?.kind === 'directory' || place.name === '') throw hostError('EISDIR', path);
    let node = place.node;
    if (node?.kind === 'file') node.bytes = bytes;
    else {
      node = { kind: 'file', mode, bytes };
      place.parent.entries.set(place.name, node);
    }
    this.onWrite?.(place.path, node);
  }

  /** Put a new node at `path`. Throws EEXIST when something is there. */
  create(path: string, node: TreeNode): void {
    const place = this.walk(path, false);
    if (place.node !== undefined) throw hostError('EEXIST', path);
    place.parent.entries.set(place.name, node);
  }

  /** Make a directory and those above it, as far as they are missing. */
  createDirectories(path: string, mode = 0o755): void {
    let soFar = '';
    for (const part of path.split('/')) {
      if (part === '') continue;
      soFar += `/${part}`;
      const node = this.find(soFar);
      if (node === undefined) this.create(soFar, { kind: 'directory', mode, entries: new Map() });
      else if (node.kind !== 'directory') throw hostError('ENOTDIR', soFar);
    }
  }

  /** Remove a file or link. */
  remove(path: string): void {
    const { parent, name, node } = this.walk(path, false);
    if (node === undefined) throw hostError('ENOENT', path);
    if (node.kind === 'directory') throw hostError('EISDIR', path);
    parent.entries.delete(name);
  }

  /** Every regular file below `directory` in sorted order, as [absolute path, node]. Links are not followed. */
  *files(directory = '/'): Generator<[path: string, node: FileNode]> {
    const start = this.get(directory);
    if (start.kind !== 'directory') throw hostError('ENOTDIR', directory);
    const prefix = directory === '/' ? '' : directory;
    for (const name of [...start.entries.keys()].sort()) {
      const node = start.entries.get(name) as TreeNode;
      if (node.kind === 'file') yield [`${prefix}/${name}`, node];
      else if (node.kind === 'directory') yield* this.files(`${prefix}/${name}`);
    }
  }

  private walk(path: string, followLast: boolean): Place {
    const fail = (errno: Errno) => hostError(errno, path);
    if (path === '') throw fail('ENOENT');
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

  /** The place of a path that ended in a directory. The root has no name. */
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

/** The names in a path; a final slash asks for a directory and leaves a dot. */
function splitPath(path: string): string[] {
  const names = path.split('/').filter((name) => name !== '');
  if (path.endsWith('/')) names.push('.');
  return names;
}
