// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * The release that STAGE0_POSIX names, with a trap in it: a seed, the shell, the compiler, the
 * linker, the checksum tool. What each does is its work, and something more where nobody looks; the
 * check has to name it.
 */

import { decodeUtf8, encodeUtf8 } from '@stage0-ts/bytes';
import type { FileNode, MemoryFiles } from '@stage0-ts/host/memory';
import { build, check, copyTree, machineEngine, portsAndMachine } from '@stage0-ts/stage0';
import { releaseFor } from '@stage0-ts/vectors/test-support';
import { describe, expect, it } from 'vitest';
import { loadTree } from '../src/node/load-tree.ts';
import { type Call, chmod, chroot, infect, leave, write } from './guests.ts';

const TREE = releaseFor('traps in the release');
const SEEDS = '/bootstrap-seeds/POSIX/x86';
const SCRIPTS = [
  '/kaem.x86',
  '/x86/mescc-tools-seed-kaem.kaem',
  '/x86/mescc-tools-mini-kaem.kaem',
  '/x86/mescc-tools-full-kaem.kaem',
];
/**
 * cmp esp, 0x80000000; sbb eax, eax; inc eax: zero if the stack is in the lower half of memory,
 * which is not so on any kernel.
 */
const ON_A_KERNEL = [0x81, 0xfc, 0, 0, 0, 0x80, 0x19, 0xc0, 0x40];

const pristine = TREE === undefined ? undefined : loadTree(TREE);
/** The build of the honest release. */
const built = pristine && copyTree(pristine);
if (built !== undefined) build(built);

function file(files: MemoryFiles | undefined, path: string): FileNode {
  const node = files?.get(path);
  if (node?.kind !== 'file') throw new Error(`${path} is not a file`);
  return node;
}

function replaceSeed(name: string, change: (bytes: Uint8Array) => Uint8Array) {
  return (files: MemoryFiles) => {
    const node = file(files, `${SEEDS}/${name}`);
    node.bytes = change(node.bytes);
  };
}

/**
 * The scripts use a cached binary of a tool instead of building the tool. It has more in it than
 * its source.
 */
function cached(path: string, ...calls: Call[]) {
  return (files: MemoryFiles) => {
    const name = path.slice(path.lastIndexOf('/') + 1);
    files.createDirectories('/cached');
    files.writeFile(`/cached/${name}`, infect(file(built, path).bytes, calls), 0o755);
    for (const script of SCRIPTS) {
      const node = file(files, script);
      const text = decodeUtf8(node.bytes).replaceAll(`.${path} `, `./cached/${name} `);
      node.bytes = encodeUtf8(text);
    }
  };
}

it.skipIf(pristine === undefined)('the release itself agrees, all of it', () => {
  const load = () => copyTree(pristine as MemoryFiles);
  const { verdict, coverage, trusted } = check(load, {
    engines: [portsAndMachine(), machineEngine()],
  });
  expect(verdict).toMatchObject({ kind: 'agree', reasons: [] });
  expect(coverage).toMatchObject({ processes: 133, compared: 133, uncompared: [] });
  expect(trusted.map(({ standing }) => standing)).toEqual(['made-from-source', 'made-from-source']);
});

describe.skipIf(pristine === undefined)('the release with a trap', () => {
  it.each<[string, (files: MemoryFiles) => void, RegExp]>([
    [
      'S2 in the seed, which attacks on a kernel alone',
      replaceSeed('hex0-seed', (bytes) => infect(bytes, leave('x86/evil', 'evil'), ON_A_KERNEL)),
      /hex0-seed is not what its source says: the build makes x86\/artifact\/hex0/,
    ],
    [
      'S1 in the first shell, a byte more',
      replaceSeed('kaem-optional-seed', (bytes) => Uint8Array.of(...bytes, 0)),
      /kaem-optional-seed is not what its source says: the build makes x86\/artifact\/kaem-0/,
    ],
    [
      'P3 in a cached compiler, which changes a source after a chroot',
      cached('/x86/artifact/M2', chroot('mescc-tools'), ...leave('M1-macro.c', 'evil')),
      /step 20, \.\/cached\/M2 .*mescc-tools\/M1-macro\.c/,
    ],
    [
      'P2 in a cached linker, which changes a mode',
      cached('/x86/artifact/hex2-1', chmod('x86.answers', 0o777)),
      /step \d+, \.\/cached\/hex2-1 .*x86\.answers/,
    ],
    [
      'T2 in a cached shell, which does nothing today',
      cached('/x86/artifact/kaem-0'),
      /cached\/kaem-0 is not what its source says/,
    ],
    [
      'P5 in a cached checksum tool, which says OK',
      (files) => {
        cached('/x86/bin/sha256sum', write(1, 'x86/bin/M1: OK\n'))(files);
        const script = file(files, '/kaem.x86');
        script.bytes = encodeUtf8(
          `${decodeUtf8(script.bytes)}\n./cached/sha256sum -c x86.answers\n`,
        );
      },
      /step \d+, \.\/cached\/sha256sum -c x86\.answers: what it prints differs/,
    ],
  ])('%s', { timeout: 600_000 }, (_, plant, says) => {
    const load = () => {
      const files = copyTree(pristine as MemoryFiles);
      plant(files);
      return files;
    };
    const { verdict } = check(load, { engines: [portsAndMachine(), machineEngine()] });
    expect([verdict.sentence, ...verdict.reasons.map(({ text }) => text)].join('\n')).toMatch(says);
    expect(verdict).toMatchObject({ kind: 'differ', exitStatus: 1 });
  });
});
