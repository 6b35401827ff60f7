// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * A tree → SHA-256 of its Nix archive (NAR), by which Nix and Guix pin a source tree that they have
 * unpacked or cloned.
 *
 * The archive is a list of strings, each with its length before it and filled up to eight bytes. Of
 * a file it has the content and whether its owner may execute it, of a folder its entries in the
 * order of the bytes of their names.
 */
import { createHash } from 'node:crypto';
import { encodeUtf8 } from '@stage0-ts/bytes';
import type { MemoryFiles, TreeNode } from '@stage0-ts/host/memory';

const OWNER_EXECUTES = 0o100;

/** The digest, in lower-case hexadecimal. */
export function narDigest(files: MemoryFiles): string {
  const hash = createHash('sha256');
  const put = (...strings: (string | Uint8Array)[]) => {
    for (const string of strings) {
      const bytes = typeof string === 'string' ? encodeUtf8(string) : string;
      const length = new Uint8Array(8);
      new DataView(length.buffer).setBigUint64(0, BigInt(bytes.length), true);
      hash.update(length).update(bytes);
      hash.update(new Uint8Array((8 - (bytes.length % 8)) % 8));
    }
  };
  put('nix-archive-1');
  putNode(files.root, put);
  return hash.digest('hex');
}

function putNode(node: TreeNode, put: (...strings: (string | Uint8Array)[]) => void): void {
  put('(', 'type');
  if (node.kind === 'link') put('symlink', 'target', node.target);
  else if (node.kind === 'file') {
    put('regular');
    if ((node.mode & OWNER_EXECUTES) !== 0) put('executable', '');
    put('contents', node.bytes);
  } else {
    put('directory');
    for (const [name, entry] of inOrder(node.entries)) {
      put('entry', '(', 'name', name, 'node');
      putNode(entry, put);
      put(')');
    }
  }
  put(')');
}

function inOrder(entries: ReadonlyMap<string, TreeNode>): (readonly [Uint8Array, TreeNode])[] {
  const named = [...entries].map(([name, node]) => [encodeUtf8(name), node] as const);
  return named.sort(([a], [b]) => Buffer.compare(a, b));
}
