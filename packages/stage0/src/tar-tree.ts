// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * The entries of an archive → one tree in memory, or an error if the names are ambiguous.
 *
 * Each name is given once, below folders only, and means the same on a disk as here, on those of
 * Windows and macOS too. Invariant: the order of entries does not matter, except that a hard link
 * comes after its file. Work is linear in the length of the names.
 */
import { encodeUtf8 } from '@stage0-ts/bytes';
import type { ToolError } from '@stage0-ts/diagnostics';
import { type DirectoryNode, MemoryFiles, type TreeNode } from '@stage0-ts/host/memory';
import { ambiguous, type PlainEntry } from './strict-tar.ts';

/** Longest path and longest name in it, in bytes, as in Linux. */
const MAX_PATH = 4095;
const MAX_NAME = 255;
/** Mode of folders that the archive does not list. */
const PARENT_MODE = 0o755;

/** A path that ends like this must be a folder. */
const IS_FOLDER = /(^|\/)\.?$/;

export interface PlainTree {
  readonly files: MemoryFiles;
  /**
   * Name of the one folder that everything is in, which becomes the root; undefined if there is
   * none.
   */
  readonly folder: string | undefined;
}

/**
 * The tree of `entries`. When everything is in one folder, as in a release tarball, that folder
 * is the root.
 */
export function treeOfEntries(entries: readonly PlainEntry[], archive: string): PlainTree {
  const builder = new TreeBuilder(archive);
  for (const entry of entries) builder.add(entry);
  return { files: new MemoryFiles(builder.root()), folder: builder.onlyFolder()?.name };
}

class TreeBuilder {
  private readonly archive: string;
  private readonly top: DirectoryNode = folder(PARENT_MODE);
  /** Folders that have an entry of their own. */
  private readonly listed = new Set<DirectoryNode>();
  /** For each folder, its names without regard to case and Unicode normalization. */
  private readonly folded = new WeakMap<DirectoryNode, Map<string, string>>();

  constructor(archive: string) {
    this.archive = archive;
  }

  root(): DirectoryNode {
    return this.onlyFolder()?.node ?? this.top;
  }

  /** The one folder that everything is in, if there is one. */
  onlyFolder(): { readonly name: string; readonly node: DirectoryNode } | undefined {
    const [only, ...others] = this.top.entries;
    if (only === undefined || others.length > 0 || this.listed.has(this.top)) return undefined;
    const [name, node] = only;
    return node.kind === 'directory' ? { name, node } : undefined;
  }

  add(entry: PlainEntry): void {
    const fail = (problem: string): ToolError =>
      ambiguous(this.archive, entry.name, entry.offset, problem);
    const parts = partsOf(entry.name, fail);
    if (entry.kind === 'directory') this.addFolder(parts, entry.mode, fail);
    else {
      const name = parts.at(-1);
      if (name === undefined || IS_FOLDER.test(entry.name)) {
        throw fail(`a ${entry.kind} with the name of a folder`);
      }
      const node = this.nodeOf(entry, parts, fail);
      const parent = this.folderOf(parts.slice(0, -1), fail);
      if (parent.entries.has(name)) throw fail('a second entry of this name');
      this.put(parent, name, node, fail);
    }
  }

  private addFolder(parts: readonly string[], mode: number, fail: Fail): void {
    const node = this.folderOf(parts, fail);
    if (this.listed.has(node)) throw fail('a second entry of this name');
    this.listed.add(node);
    node.mode = mode;
  }

  private nodeOf(entry: PlainEntry, parts: readonly string[], fail: Fail): TreeNode {
    const { target, mode } = entry;
    if (entry.kind === 'file') return { kind: 'file', mode, bytes: entry.data };
    if (encodeUtf8(target).length > MAX_PATH) throw fail('a link to a name that is too long');
    if (entry.kind === 'symbolic-link') {
      requireInside(parts, target, fail);
      return { kind: 'link', target };
    }
    const node = IS_FOLDER.test(target) ? undefined : this.find(partsOf(target, fail));
    if (node?.kind !== 'file')
      throw fail(`a hard link to ${target}, which is not a file before it`);
    if (node.mode !== mode) throw fail(`a hard link with another mode than ${target}`);
    return node;
  }

  /** The folder at `parts`. Missing folders on the way are made. */
  private folderOf(parts: readonly string[], fail: Fail): DirectoryNode {
    let node = this.top;
    for (const part of parts) {
      let next = node.entries.get(part);
      if (next === undefined) {
        next = folder(PARENT_MODE);
        this.put(node, part, next, fail);
      }
      if (next.kind !== 'directory') throw fail(`a ${next.kind} is in the way: ${part}`);
      node = next;
    }
    return node;
  }

  private put(parent: DirectoryNode, name: string, node: TreeNode, fail: Fail): void {
    let folded = this.folded.get(parent);
    if (folded === undefined) {
      folded = new Map();
      this.folded.set(parent, folded);
    }
    const key = name.normalize('NFC').toLowerCase();
    const other = folded.get(key);
    if (other !== undefined) {
      throw fail(`${name} and ${other} are one name to file systems of Windows and macOS`);
    }
    folded.set(key, name);
    parent.entries.set(name, node);
  }

  private find(parts: readonly string[]): TreeNode | undefined {
    let node: TreeNode | undefined = this.top;
    for (const part of parts)
      node = node?.kind === 'directory' ? node.entries.get(part) : undefined;
    return node;
  }
}

type Fail = (problem: string) => ToolError;

function folder(mode: number): DirectoryNode {
  return { kind: 'directory', mode, entries: new Map() };
}

/** The names in a path, without `.` and without empty ones. */
function partsOf(path: string, fail: Fail): string[] {
  if (path === '') throw fail('an entry without a name');
  if (path.startsWith('/') || /^[A-Za-z]:/.test(path)) throw fail('an absolute name');
  if (path.includes('\\')) throw fail('a backslash, which Windows treats as a slash');
  if (encodeUtf8(path).length > MAX_PATH) throw fail('the name is too long');
  const parts = path.split('/').filter((part) => part !== '' && part !== '.');
  if (parts.includes('..')) throw fail('a name with ..');
  if (parts.some((part) => encodeUtf8(part).length > MAX_NAME)) throw fail('the name is too long');
  return parts;
}

/** The target of a link that leaves the archive would depend on where it is unpacked. */
function requireInside(parts: readonly string[], target: string, fail: Fail): void {
  if (/^(\/|[A-Za-z]:)|\\/.test(target)) throw fail(`a link out of the archive: ${target}`);
  let depth = parts.length - 1;
  for (const part of target.split('/')) {
    if (part === '..') depth--;
    else if (part !== '' && part !== '.') depth++;
    if (depth < 0) throw fail(`a link out of the archive: ${target}`);
  }
}
