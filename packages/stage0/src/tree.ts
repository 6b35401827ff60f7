// SPDX-License-Identifier: GPL-3.0-or-later
/** A source tree from an archive: .tar, .tar.gz, .tar.xz or .tar.bz2, told by its first bytes → files in memory. */
import { decodeUtf8 } from '@stage0-ts/bytes';
import { ToolError } from '@stage0-ts/diagnostics';
import { MemoryFiles, type TreeNode } from '@stage0-ts/host/memory';
import { bunzip2, gunzip, readTar, type TarEntry, unxzBytes } from '@stage0-ts/mescc-tools-extra';

const FORMATS: readonly {
  readonly magic: readonly number[];
  readonly unpack: typeof gunzip;
}[] = [
  { magic: [0x1f, 0x8b], unpack: gunzip },
  { magic: [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00], unpack: unxzBytes },
  { magic: [0x42, 0x5a, 0x68], unpack: bunzip2 },
];

/** Where a tar header says `ustar`. */
const MAGIC = 257;

/**
 * Unpack an archive. When everything in it stands in one folder, as in a release tarball, that folder
 * becomes the root. Throws ToolError for what is no archive, for a damaged one, and for names that lead out of it.
 */
export function treeFromArchive(bytes: Uint8Array, name: string): MemoryFiles {
  const format = FORMATS.find(({ magic }) => magic.every((byte, at) => bytes[at] === byte));
  const entries = entriesOf(format === undefined ? bytes : format.unpack(bytes, { name }), name);
  if (entries.length === 0)
    throw new ToolError('the archive is empty', { code: 'empty-archive', file: name });
  const top = commonFolder(entries);
  const files = new MemoryFiles();
  for (const entry of entries) addEntry(files, entry, top);
  return files;
}

/** What cannot be read, and does not call itself a tar archive either, is something else. */
function entriesOf(bytes: Uint8Array, name: string): TarEntry[] {
  try {
    return readTar(bytes, { name });
  } catch (error) {
    if (decodeUtf8(bytes.subarray(MAGIC, MAGIC + 5)) === 'ustar') throw error;
    const message = 'this is no .tar, .tar.gz, .tar.xz or .tar.bz2 file';
    throw new ToolError(message, { code: 'no-archive', file: name });
  }
}

function addEntry(files: MemoryFiles, entry: TarEntry, top: string): void {
  const path = `/${entry.name.slice(top.length)}`;
  files.createDirectories(entry.type === 'directory' ? path : path.slice(0, path.lastIndexOf('/')));
  if (entry.type === 'file') files.writeFile(path, entry.data, entry.mode);
  else if (entry.type === 'symbolic-link') {
    files.create(path, { kind: 'link', target: entry.target });
  } else if (entry.type === 'hard-link') {
    files.create(path, files.get(`/${entry.target.slice(top.length)}`, false));
  } else if (entry.type !== 'directory') {
    throw new ToolError(`a source tree has no ${entry.type}`, { code: 'bad-entry', file: path });
  }
}

/** `name/` when every entry stands in the folder `name`, else the empty string. */
function commonFolder(entries: readonly TarEntry[]): string {
  const first = entries[0]?.name ?? '';
  const folder = first.slice(0, first.indexOf('/') + 1);
  return folder !== '' && entries.every(({ name }) => `${name}/`.startsWith(folder)) ? folder : '';
}

/**
 * The same tree in nodes of its own, for one more build of it. Contents are shared: a write replaces them. A file with
 * several names stays one file. `limit` is what all files may hold together, in bytes.
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
