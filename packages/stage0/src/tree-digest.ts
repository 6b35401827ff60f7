// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * A tree → one digest that names it, however it was packed.
 *
 * SHA-256 over one line for each thing below the root, in the order of the bytes of their paths:
 *
 *     d MODE PATH              a folder
 *     f MODE SHA256 PATH       a file
 *     l SHA256 PATH            a symbolic link, with the digest of its target
 *     h SHA256 PATH            one more name of a file, with the digest of its first name
 *
 * MODE has four octal digits. PATH comes last and has no leading slash; backslash, line feed and
 * carriage return in it are `\\`, `\n` and `\r`, as sha256sum writes them. So no two trees have the
 * same lines. scripts/tree-digest.sh computes the same in shell.
 */
import { decodeLatin1, encodeLatin1, encodeUtf8 } from '@stage0-ts/bytes';
import type { MemoryFiles, TreeNode } from '@stage0-ts/host/memory';
import { sha256Hex } from '@stage0-ts/mescc-tools-extra';

/** The digest, in lower-case hexadecimal. */
export function treeDigest(files: MemoryFiles): string {
  const entries = [...files.entries()].map(
    ([path, node]) => [decodeLatin1(encodeUtf8(path.slice(1))), node] as const,
  );
  entries.sort(([a], [b]) => (a < b ? -1 : 1));
  const firstNames = new Map<TreeNode, string>();
  const lines = entries.map(([path, node]) => {
    const first = firstNames.get(node);
    if (first === undefined) firstNames.set(node, path);
    return `${first === undefined ? describe(node) : `h ${digestOf(first)}`} ${escaped(path)}\n`;
  });
  return digestOf(lines.join(''));
}

function describe(node: TreeNode): string {
  if (node.kind === 'link') return `l ${sha256Hex(encodeUtf8(node.target))}`;
  const mode = node.mode.toString(8).padStart(4, '0');
  return node.kind === 'directory' ? `d ${mode}` : `f ${mode} ${sha256Hex(node.bytes)}`;
}

function digestOf(bytes: string): string {
  return sha256Hex(encodeLatin1(bytes));
}

function escaped(path: string): string {
  const names: Readonly<Record<string, string>> = { '\\': '\\\\', '\n': '\\n', '\r': '\\r' };
  return path.replace(/[\\\n\r]/g, (character) => names[character] as string);
}
