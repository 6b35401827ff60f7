// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * Traps in releases that our ports do not follow, and in one that they do: in the text of the
 * compiler that upstream wrote by hand, in a seed, in a binary that the scripts run instead of
 * building it. Each is found, and named.
 */
import { decodeUtf8, encodeUtf8 } from '@stage0-ts/bytes';
import type { FileNode, MemoryFiles } from '@stage0-ts/host/memory';
import { build, copyTree, machineEngine, type VerdictKind } from '@stage0-ts/stage0';
import { describe, expect, it } from 'vitest';
import { infect, leave } from './guests.ts';
import { checkRelease, releaseTrees } from './release-trees.ts';

const SEEDS = '/bootstrap-seeds/POSIX/x86';
const SCRIPT = '/x86/mescc-tools-mini-kaem.kaem';
/**
 * cmp esp, 0x80000000; sbb eax, eax; inc eax: zero if the stack is in the lower half of memory,
 * which is not so on any kernel.
 */
const ON_A_KERNEL = [0x81, 0xfc, 0, 0, 0, 0x80, 0x19, 0xc0, 0x40];
/** cmp dword [edx+3], "# Co"; jne past the rest; mov byte [edx+3], ";" */
const COMMENT_TRAP = "\t'817A032320436F' '7504' 'C642033B'\n";

function file(files: MemoryFiles, path: string): FileNode {
  const node = files.get(path);
  if (node?.kind !== 'file') throw new Error(`${path} is not a file`);
  return node;
}

function edit(files: MemoryFiles, path: string, change: (text: string) => string): void {
  const node = file(files, path);
  const text = decodeUtf8(node.bytes);
  const changed = change(text);
  if (changed === text) throw new Error(`${path}: nothing was planted`);
  node.bytes = encodeUtf8(changed);
}

/** Keep only the first phases, up to M1, hex2 and kaem. Each trap is planted and found there. */
function shorten(files: MemoryFiles): MemoryFiles {
  edit(files, '/x86.answers', (text) => text.replace(/^.*bin\/(?!(?:M1|hex2|kaem)$).*\n/gm, ''));
  edit(files, '/kaem.x86', (text) => text.replace(/^.*bin\/kaem .*$/m, ''));
  return files;
}

/** The first M2, as the tree's own programs make it, but with more in it than in its source. */
function infectedCompiler(files: MemoryFiles): Uint8Array {
  const built = copyTree(files);
  build(built, { engine: machineEngine() });
  return infect(file(built, '/x86/artifact/M2').bytes, leave('x86/evil', 'evil'));
}

/**
 * After `before`, the script continues with the program at `path` instead of the M2 that it has
 * built.
 */
function useCompiler(files: MemoryFiles, path: string, before = ''): void {
  edit(files, SCRIPT, (text) => {
    const lines = text.replaceAll('./x86/artifact/M2 ', `.${path} `);
    return lines.replace(`.${path} `, `${before}.${path} `);
  });
}

/** The verdicts of checks, by the engine that they compare with the tree's own programs. */
type Kinds = Readonly<Record<string, VerdictKind>>;
const ALWAYS: Kinds = { ports: 'differ', exact: 'differ', diverse: 'differ' };

const TRAPS: [string, (files: MemoryFiles) => void, Kinds, RegExp][] = [
  [
    'in the text of cc_x86, which writes another string into the compiler',
    (files) => {
      const label = ':collect_regular_string_reset\n';
      edit(files, '/x86/cc_x86.M1', (text) => text.replace(label, `${label}${COMMENT_TRAP}`));
    },
    ALWAYS,
    /step 20, \.\/x86\/artifact\/M2 .*x86\/artifact\/blood-elf-0\.M1 differs/,
  ],
  [
    'in the seed, which attacks on a kernel alone',
    (files) => {
      const seed = file(files, `${SEEDS}/hex0-seed`);
      seed.bytes = infect(seed.bytes, leave('x86/evil', 'evil'), ON_A_KERNEL);
    },
    ALWAYS,
    /hex0-seed is not what its source says: the build makes x86\/artifact\/hex0/,
  ],
  [
    'in a cached compiler that the script starts',
    (files) => {
      const trap = infectedCompiler(files);
      files.createDirectories('/cached');
      files.writeFile('/cached/M2', trap, 0o755);
      useCompiler(files, '/cached/M2');
    },
    // The exact build makes this program from source, and so finds that its bytes differ.
    { ports: 'differ', exact: 'differ', diverse: 'cannot' },
    /step 20, \.\/cached\/M2 .*: (?:the program came with the tree|.*x86\/evil)/,
  ],
  [
    'in a cached compiler in two halves, which the script joins',
    (files) => {
      const trap = infectedCompiler(files);
      files.createDirectories('/cached');
      files.writeFile('/cached/a', trap.slice(0, 1000), 0o644);
      files.writeFile('/cached/b', trap.slice(1000), 0o644);
      // The file that hex2-0 made is already executable, and remains so.
      const join = './x86/artifact/catm ./x86/artifact/M2 ./cached/a ./cached/b\n';
      useCompiler(files, '/x86/artifact/M2', join);
    },
    { ports: 'differ', exact: 'cannot', diverse: 'cannot' },
    /cached\/a is a binary that came with the tree and becomes the program x86\/artifact\/M2/,
  ],
];

const RELEASES = ['1.6.0', '1.7.0', '1.8.0', '1.8.1', '1.9.1'];

const trees = releaseTrees('traps in releases', RELEASES);

it.skipIf(trees.length === 0)('releases exist in which traps can be planted', () => {
  expect(RELEASES).toEqual(expect.arrayContaining(trees.map(({ name }) => name)));
});

describe.each(trees)('$name', ({ load }) => {
  it('agrees without a trap', { timeout: 600_000 }, () => {
    const { divergence, verdict } = checkRelease(shorten(load()), {});
    expect([divergence, verdict.reasons]).toEqual([undefined, []]);
    expect(verdict.kind).toBe('agree');
  });

  it.each(TRAPS)('has a trap %s', { timeout: 600_000 }, (_, plant, kinds, says) => {
    const files = shorten(load());
    plant(files);
    const { verdict, engines } = checkRelease(files, {});
    const reasons = verdict.reasons.map(({ text }) => text);
    expect(reasons.join('\n')).toMatch(says);
    expect(verdict.kind).toBe(kinds[engines[0]]);
  });
});
