// SPDX-License-Identifier: GPL-3.0-or-later
/** A4 of the threat model: two trees that are not the same do not have the same digest. */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { encodeUtf8 } from '@stage0-ts/bytes';
import { MemoryFiles } from '@stage0-ts/host/memory';
import { sha256Hex } from '@stage0-ts/mescc-tools-extra';
import { treeDigest } from '@stage0-ts/stage0';
import { describe, expect, it } from 'vitest';
import { loadTree } from '../src/node/load-tree.ts';

describe('A4 the digest of a tree', () => {
  const digestOf = (...plants: ((files: MemoryFiles) => void)[]) => {
    const files = new MemoryFiles();
    for (const plant of plants) plant(files);
    return treeDigest(files);
  };
  const file =
    (path: string, text = 'x', mode = 0o644) =>
    (files: MemoryFiles) => {
      files.createDirectories(path.slice(0, path.lastIndexOf('/')));
      files.writeFile(path, encodeUtf8(text), mode);
    };
  const link = (path: string, target: string) => (files: MemoryFiles) =>
    files.create(path, { kind: 'link', target });
  const folder = (path: string, mode?: number) => (files: MemoryFiles) =>
    files.createDirectories(path, mode);
  const hardLink = (path: string, other: string) => (files: MemoryFiles) =>
    files.create(other, files.get(path));

  it('distinguishes all of these, and does not depend on the order', () => {
    const trees = [
      [],
      [file('/a')],
      [file('/a', 'y')],
      [file('/a', 'x', 0o755)],
      [file('/b')],
      [folder('/a')],
      [folder('/a', 0o700)],
      [folder('/a/b')],
      [link('/a', 'x')],
      [link('/a', 'y')],
      [file('/a'), file('/b')],
      [file('/a'), hardLink('/a', '/b')],
      [file('/a'), link('/b', 'a')],
      [file(`/a\nf 0644 ${'0'.repeat(64)} b`)],
      [file('/a\\n')],
      [file('/a\n')],
      [file('/a/b'), file('/a-b')],
    ];
    expect(new Set(trees.map((plants) => digestOf(...plants))).size).toBe(trees.length);
    expect(digestOf(file('/a'), file('/b', 'y'))).toBe(digestOf(file('/b', 'y'), file('/a')));
  });

  it('is what a shell makes of the folder', () => {
    const script = fileURLToPath(new URL('../../../scripts/tree-digest.sh', import.meta.url));
    const ladder = fileURLToPath(new URL('../../../test-vectors/ladder', import.meta.url));
    const { stdout, stderr } = spawnSync('sh', [script, ladder], { encoding: 'utf8' });
    expect([stdout, stderr]).toEqual([`${treeDigest(loadTree(ladder))}\n`, '']);
  });

  it('is what the documentation says', () => {
    const lines = `d 0755 a\nl ${sha256Hex(encodeUtf8('b'))} a/L\nf 0644 ${sha256Hex(encodeUtf8('x'))} a/b\n`;
    expect(digestOf(file('/a/b'), link('/a/L', 'b'))).toBe(sha256Hex(encodeUtf8(lines)));
  });
});
