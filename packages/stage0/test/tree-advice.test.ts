// SPDX-License-Identifier: GPL-3.0-or-later
/** The commonest wrong trees, each planted in a small one that is right. */

import { encodeUtf8 } from '@stage0-ts/bytes';
import { MemoryFiles } from '@stage0-ts/host/memory';
import { adviceFor, adviceForFile } from '@stage0-ts/stage0';
import { LADDER, releaseFor } from '@stage0-ts/vectors/test-support';
import { describe, expect, it } from 'vitest';
import { loadTree } from '../src/node/load-tree.ts';

const SEED = '/bootstrap-seeds/POSIX/x86/kaem-optional-seed';
const MODULES = ['bootstrap-seeds', 'M2-Planet', 'M2libc', 'x86', 'riscv64'];

/** A tree that has upstream's layout, and almost no content. */
function goodTree(prefix = ''): MemoryFiles {
  const files = new MemoryFiles();
  const put = (path: string, text: string, mode = 0o644) => {
    const full = `${prefix}${path}`;
    files.createDirectories(full.slice(0, full.lastIndexOf('/')));
    files.writeFile(full, encodeUtf8(text), mode);
  };
  put('/.gitmodules', MODULES.map((name) => `[submodule "${name}"]\n\tpath = ${name}\n`).join(''));
  put('/kaem.x86', `# a comment\n.${SEED} after.kaem\n`);
  put('/x86.answers', '');
  put(SEED, 'seed', 0o755);
  for (const name of MODULES) put(`/${name}/source.hex0`, '41 # A\n');
  return files;
}

/** The tree, with one change. */
function treeWith(change: (files: MemoryFiles) => void): MemoryFiles {
  const files = goodTree();
  change(files);
  return files;
}

function empty(files: MemoryFiles, ...names: string[]): void {
  for (const name of names) {
    const node = files.get(`/${name}`);
    if (node.kind === 'directory') node.entries.clear();
  }
}

const rewrite = (files: MemoryFiles, path: string, text: string) =>
  files.writeFile(path, encodeUtf8(text), 0o644);

describe('advice on a tree', () => {
  it('is none when the tree is right', () => {
    expect(adviceFor(goodTree(), 'x86')).toEqual([]);
    expect(adviceFor(loadTree(LADDER), 'x86')).toEqual([]);
    const release = releaseFor('advice on the release');
    if (release !== undefined)
      for (const arch of ['x86', 'amd64', 'aarch64', 'riscv32', 'riscv64']) {
        expect(adviceFor(loadTree(release), arch)).toEqual([]);
      }
  });

  it.each<[string, (files: MemoryFiles) => void, RegExp]>([
    [
      'a clone without submodules',
      (files) => empty(files, 'bootstrap-seeds', 'M2-Planet', 'M2libc', 'x86', 'riscv64'),
      /^the submodules are missing \(bootstrap-seeds, M2-Planet, M2libc, x86 are empty\): .*1\.9\.1\.tar\.gz.*git submodule update --init --recursive/,
    ],
    [
      'an archive that leaves out empty folders',
      (files) => files.root.entries.delete('M2libc'),
      /\(M2libc is empty\)/,
    ],
    [
      'the same without .gitmodules',
      (files) => {
        files.remove('/.gitmodules');
        empty(files, 'x86', 'M2libc', 'riscv64');
      },
      /\(x86, M2libc are empty\)/,
    ],
    [
      'a seed without its executable bit',
      (files) => Object.assign(files.get(SEED), { mode: 0o644 }),
      /^the executable bits were lost.*chmod \+x bootstrap-seeds\/POSIX\/x86\/kaem-optional-seed`$/,
    ],
    [
      'a program of the script without it',
      (files) => {
        files.writeFile('/tool', encodeUtf8('x'), 0o600);
        rewrite(files, '/kaem.x86', 'echo a\n./tool\r\n./tool b\n');
      },
      /`chmod \+x tool`$/,
    ],
    [
      'line ends of Windows',
      (files) => {
        rewrite(files, '/kaem.x86', '# a\r\n');
        rewrite(files, '/x86/source.hex0', '41\r\n');
      },
      /^kaem\.x86 and 1 more file have the line ends of Windows.*core\.autocrlf input/,
    ],
    [
      'a byte order mark',
      (files) => rewrite(files, '/x86/source.hex0', '\ufeff41\n'),
      /^x86\/source\.hex0 begins with a byte order mark/,
    ],
    [
      'the marks of UTF-16',
      (files) => files.writeFile('/kaem.x86', new Uint8Array([0xff, 0xfe, 0x23, 0]), 0o644),
      /^kaem\.x86 begins with a byte order mark/,
    ],
  ])('reports %s', (_, change, expected) => {
    expect(adviceFor(treeWith(change), 'x86')).toContainEqual(expect.stringMatching(expected));
  });

  it.each<[string, MemoryFiles, string, RegExp]>([
    [
      'a tree one folder deeper',
      goodTree('/stage0-posix-1.9.1'),
      'x86',
      /folder stage0-posix-1\.9\.1$/,
    ],
    ['a tree two folders deeper', goodTree('/a/b'), 'x86', /folder a\/b$/],
    ['an empty folder', new MemoryFiles(), 'x86', /^the folder is empty$/],
    ['an architecture without script', goodTree(), 'amd64', /kaem\.x86: --arch x86/],
  ])('reports %s', (_, files, arch, expected) => {
    expect(adviceFor(files, arch)).toEqual([expect.stringMatching(expected)]);
  });

  it.each<[string, string, RegExp]>([
    [
      'an archive in the folder',
      '/stage0-posix-1.9.1.tar.gz',
      /TREE may be stage0-posix-1\.9\.1\.tar\.gz/,
    ],
    ['a part of the tree', '/mescc-tools-mini-kaem.kaem', /the folder above it$/],
    ['the seeds alone', '/POSIX/x86/hex0-seed', /the folder above it$/],
    ['a layout like StageX’s', '/x86/hex0_x86.hex0', /--script FILE/],
  ])('reports %s', (_, path, expected) => {
    const files = new MemoryFiles();
    files.createDirectories(path.slice(0, path.lastIndexOf('/')));
    files.writeFile(path, encodeUtf8(''), 0o755);
    expect(adviceFor(files, 'x86')).toEqual([expect.stringMatching(expected)]);
    expect(adviceFor(files, 'x86', { script: '/build.kaem' })).toEqual([]);
  });
});

describe('advice on a file that is not an archive', () => {
  it.each([
    ['PK\u0003\u0004\u0014', /zip archive/],
    ['\n<!DOCTYPE html><html>', /web page/],
    ['<html lang="en">', /web page/],
    ['version https://git-lfs.github.com/spec/v1\n', /Git LFS/],
  ])('%j', (text, expected) => expect(adviceForFile(encodeUtf8(text))).toMatch(expected));

  it('is undefined for other files', () => {
    expect(adviceForFile(new Uint8Array())).toBeUndefined();
    expect(adviceForFile(encodeUtf8('hello'))).toBeUndefined();
  });
});
