// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * A source tree from an archive: .tar, .tar.gz, .tar.xz or .tar.bz2, recognised by its first bytes
 * → files in memory.
 */
import { ToolError } from '@stage0-ts/diagnostics';
import { MemoryFiles, type TreeNode } from '@stage0-ts/host/memory';
import { bunzip2, gunzip, unxzBytes } from '@stage0-ts/mescc-tools-extra';
import { looksLikeTar, readPlainTar } from './strict-tar.ts';
import { type PlainTree, treeOfEntries } from './tar-tree.ts';

const FORMATS: readonly {
  readonly magic: readonly number[];
  readonly unpack: typeof gunzip;
}[] = [
  { magic: [0x1f, 0x8b], unpack: gunzip },
  { magic: [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00], unpack: unxzBytes },
  { magic: [0x42, 0x5a, 0x68], unpack: bunzip2 },
];

/**
 * Unpack an archive. When everything in it is in one folder, as in a release tarball, that folder
 * becomes the root. Throws ToolError for what is not an archive, for a damaged one, and for one
 * that GNU tar or bsdtar may unpack to another tree (strict-tar.ts, tar-tree.ts).
 */
export function treeFromArchive(bytes: Uint8Array, name: string): MemoryFiles {
  return namedTreeFromArchive(bytes, name).files;
}

/** The content of a compressed file, which its first bytes identify; any other file unchanged. */
export function unpack(bytes: Uint8Array, name: string): Uint8Array {
  const format = FORMATS.find(({ magic }) => magic.every((byte, at) => bytes[at] === byte));
  return format === undefined ? bytes : format.unpack(bytes, { name, wholeInput: true });
}

/** {@link treeFromArchive}, with the name of the one folder. */
export function namedTreeFromArchive(bytes: Uint8Array, name: string): PlainTree {
  const tar = unpack(bytes, name);
  if (!looksLikeTar(tar)) {
    const message = 'this is not a .tar, .tar.gz, .tar.xz or .tar.bz2 file';
    throw new ToolError(message, { code: 'no-archive', file: name });
  }
  const entries = readPlainTar(tar, name);
  if (entries.length === 0)
    throw new ToolError('the archive is empty', { code: 'empty-archive', file: name });
  return treeOfEntries(entries, name);
}

/**
 * The same tree in new nodes, for one more build of it. Contents are shared, because a write
 * replaces them. A file with several names stays one file. `limit` is how many bytes all files may
 * hold together.
 */
export function copyTree(files: MemoryFiles, limit?: number): MemoryFiles {
  return new MemoryFiles(copyOf(files.root, new Map()), limit);
}

function copyOf<Node extends TreeNode>(node: Node, copies: Map<TreeNode, TreeNode>): Node {
  if (node.kind === 'directory') {
    const entries = [...node.entries].map(
      ([name, entry]) => [name, copyOf(entry, copies)] as const,
    );
    return { ...node, entries: new Map(entries) };
  }
  const copy = copies.get(node) ?? { ...node };
  copies.set(node, copy);
  return copy as Node;
}
