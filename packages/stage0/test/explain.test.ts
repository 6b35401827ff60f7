// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * Traces from many bytes of the ladder, and of the release that STAGE0_POSIX names: a tarball or a
 * folder.
 */

import { encodeUtf8 } from '@stage0-ts/bytes';
import { ToolError } from '@stage0-ts/diagnostics';
import type { MemoryFiles } from '@stage0-ts/host/memory';
import { sha256Hex } from '@stage0-ts/mescc-tools-extra';
import { Explainer, explain, explanationText, programMap } from '@stage0-ts/stage0';
import { LADDER, releaseFor } from '@stage0-ts/vectors/test-support';
import { describe, expect, it } from 'vitest';
import { loadTree } from '../src/node/load-tree.ts';
import { SEED_NOTES } from '../src/seed-notes.ts';
import { TraceChecker } from './trace-steps.ts';

const TREE = releaseFor('traces from 1,000 bytes of stage0-posix 1.9.1');
const OFFSETS = 1000;

/** The same numbers in every run: a linear congruential generator modulo 2^32. */
function generator(seed: number): (limit: number) => number {
  let state = seed >>> 0;
  return (limit) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * limit);
  };
}

function sizeOf(files: MemoryFiles, path: string): number {
  const node = files.get(path);
  return node.kind === 'file' ? node.bytes.length : 0;
}

describe('the ladder', () => {
  const files = loadTree(LADDER);
  const explainer = Explainer.build(files);
  const artifacts = explainer.result.artifacts.filter(({ size }) => size > 0);

  it.each(artifacts.map(({ path }) => path))('%s: every hop, from 60 bytes', (path) => {
    const checker = new TraceChecker(explainer, loadTree(LADDER));
    const size = sizeOf(files, `/${path}`);
    const random = generator(size);
    const offsets = Array.from({ length: 58 }, () => random(size));
    for (const offset of [0, size - 1, ...offsets]) checker.check(explainer.explain(path, offset));
    const unpacked = /rungs|unpacked|\.tar$/.test(path);
    expect(checker.counts['end: unmapped'] ?? 0).toBe(unpacked ? 60 : 0);
  });

  it('goes down from a program to the C that it was compiled from', () => {
    const image = files.get('/out/hello-M2');
    if (image.kind !== 'file') throw new Error('no program');
    const text = Buffer.from(image.bytes).indexOf('Hello, stage0');
    const { hops, end } = explainer.explain('out/hello-M2', text);
    expect(hops.map(({ tool }) => tool)).toEqual(['hex2', 'M1', 'M2-Planet']);
    expect(end).toMatchObject({ kind: 'source', place: { file: 'hello/hello.c' } });
    expect(end.place?.frame).toContain('Hello, stage0!');
    expect(hops[0]?.command).toMatchObject({ file: 'build.kaem' });
  });

  it('is given as text, and as a document', () => {
    const explanation = explain(loadTree(LADDER), 'out/hello-hex2', 0x60);
    expect(explanation).toMatchObject({ version: 1, arch: 'x86', offset: 0x60, size: 135 });
    expect(JSON.parse(JSON.stringify(explanation))).toEqual(explanation);
    const lines = explanationText(explanation).split('\n');
    expect(lines[0]).toMatch(
      /^out\/hello-hex2@0x60 \(byte 96 of 135, address 0x8048060\): [0-9A-F]{2}$/,
    );
    expect(lines.at(-2)).toMatch(
      /^hello\/hello\.hex2 is a file of the tree: line \d+, column \d+\.$/,
    );
  });

  it('follows a script of another layout, from another directory', () => {
    const tree = loadTree(LADDER);
    tree.createDirectories('/elsewhere');
    tree.writeFile('/elsewhere/go', encodeUtf8('../tools/hex0 ../seed/hex0.hex0 own\n'), 0o644);
    const { hops, end } = explain(tree, 'elsewhere/own', 5, {
      script: 'go',
      directory: '/elsewhere',
    });
    expect(hops).toMatchObject([{ tool: 'hex0', command: { file: 'elsewhere/go', line: 1 } }]);
    expect(end).toMatchObject({ kind: 'source', place: { file: 'seed/hex0.hex0' } });
  });

  it.each([
    ['out/none', 0, 'ENOENT'],
    ['hello/hello.c', 0, 'not-made'],
    ['out/hello-M2', 785, 'bad-offset'],
    ['out/hello-M2', -1, 'bad-offset'],
    ['out/hello-M2', 1.5, 'bad-offset'],
  ])('refuses %s at %d', (path, offset, code) => {
    expect(() => explainer.explain(path, offset)).toThrow(expect.objectContaining({ code }));
  });

  it('explains what was built although a later step fails, and says so', () => {
    const broken = loadTree(LADDER);
    broken.writeFile('/hello/hello.hex2', encodeUtf8('%nowhere 00\n'), 0o644);
    const explanation = explain(broken, 'out/hello-hex1', 0x60);
    expect(explanation.end).toMatchObject({ kind: 'source', place: { file: 'hello/hello.hex1' } });
    expect(explanation.failure).toMatch(/^step \d+: .*hello-hex2\n.*status 1\n.*undefined label/);
    expect(explanationText(explanation)).toMatch(/\nThe build fails, after it made this:\nstep \d/);
    expect(explain(loadTree(LADDER), 'out/hello-hex1', 0).failure).toBeNull();
  });

  it('runs programs of the tree in the machine, and ends where they have made the file', () => {
    const tree = loadTree(LADDER);
    const script =
      './tools/hex0 seed/hex0.hex0 own\n./own hello/hello.hex0 made\n./tools/cp made copy\n';
    tree.writeFile('/kaem.x86', encodeUtf8(script), 0o644);
    tree.writeFile('/x86.answers', encodeUtf8(`${'0'.repeat(64)}  own\n`), 0o644);
    const explainer = Explainer.build(tree);
    expect(explainer.result.status).toBe(0);
    const own = explainer.explain('own', 0x60);
    expect(own.end).toMatchObject({ kind: 'source', place: { file: 'seed/hex0.hex0' } });
    const { hops, end } = explainer.explain('copy', 0x60);
    expect(hops.map(({ tool, step }) => [tool, step])).toEqual([
      ['cp', 4],
      ['/own', 3],
    ]);
    expect(end).toMatchObject({ kind: 'unmapped', place: { file: 'kaem.x86', line: 2 } });
  });

  it('does not go round in a circle, and does not lose a script that is overwritten', () => {
    const tree = loadTree(LADDER);
    tree.remove('/bootstrap-seeds/POSIX/x86/kaem-optional-seed');
    tree.writeFile('/c.hex0', encodeUtf8('78 0A\n'), 0o644);
    const script =
      './tools/hex0 c.hex0 out/c\n./tools/replace --file out/c --output out/c --match-on x --replace-with y\n./tools/hex0 c.hex0 kaem.x86\n';
    tree.writeFile('/kaem.x86', encodeUtf8(script), 0o644);
    tree.writeFile('/x86.answers', encodeUtf8(`${'0'.repeat(64)}  own\n`), 0o644);
    const explainer = Explainer.build(tree);
    const { hops } = explainer.explain('kaem.x86', 0);
    expect(hops[0]?.command).toMatchObject({ file: 'kaem.x86', line: 3 });
    const changed = explainer.explain('out/c', 1);
    expect(changed.hops.map(({ tool }) => tool)).toEqual(['replace', 'hex0']);
    expect(changed.end).toMatchObject({ kind: 'source', place: { file: 'c.hex0' } });
  });

  it('says what is wrong with a tree that does not build', () => {
    const broken = loadTree(LADDER);
    broken.writeFile('/hello/hello.hex2', encodeUtf8('%nowhere 00\n'), 0o644);
    const failure = (() => {
      try {
        explain(broken, 'out/hello-hex2', 0);
      } catch (error) {
        return error as ToolError;
      }
    })();
    expect(failure).toBeInstanceOf(ToolError);
    expect(failure?.message).toContain('does not build');
    expect(failure?.message).toContain('undefined label');
  });
});

describe.skipIf(TREE === undefined)('the other chains of stage0-posix 1.9.1', () => {
  it.each([
    ['amd64', 'AMD64'],
    ['aarch64', 'AArch64'],
    ['riscv32', 'riscv32'],
    ['riscv64', 'riscv64'],
  ])('of %s: 40 random bytes come from lines of the tree', { timeout: 300_000 }, (arch, folder) => {
    const files = loadTree(TREE as string);
    const tree = loadTree(TREE as string);
    const explainer = Explainer.build(files, { arch });
    const random = generator(2);
    for (const name of ['bin/cp', 'bin/M1', 'artifact/M2', 'artifact/hex1']) {
      const path = `${folder}/${name}`;
      const size = sizeOf(files, `/${path}`);
      for (let count = 0; count < 10; count++) {
        const { end, hops, address } = explainer.explain(path, random(size));
        expect(address).toBeGreaterThan(0);
        expect(hops.length).toBeGreaterThan(0);
        expect(tree.find(`/${end.place?.file}`)?.kind).toBe('file');
        if (end.kind === 'tool') expect(hops.at(-1)?.tool).toBe('blood-elf');
        else expect(end.kind).toBe('source');
      }
    }
  });
});

describe.skipIf(TREE === undefined)('the x86 chain of stage0-posix 1.9.1', () => {
  it(`goes down from ${OFFSETS} random bytes of x86/bin to lines of the tree`, {
    timeout: 600_000,
  }, () => {
    const files = loadTree(TREE as string);
    const explainer = Explainer.build(files);
    const checker = new TraceChecker(explainer, loadTree(TREE as string));
    const programs = [...files.files('/x86/bin')].map(
      ([path, { bytes }]) => [path, bytes.length] as const,
    );
    expect(programs.length).toBe(21);
    const total = programs.reduce((sum, [, size]) => sum + size, 0);
    const random = generator(1);
    const offsets = Array.from({ length: OFFSETS }, () => random(total)).sort((a, b) => a - b);
    for (const place of offsets) {
      let offset = place;
      const [path] = programs.find(([, size]) => {
        if (offset < size) return true;
        offset -= size;
        return false;
      }) as readonly [string, number];
      checker.check(explainer.explain(path, offset));
    }
    const { counts } = checker;
    console.info(counts);
    expect(counts['end: unmapped']).toBeUndefined();
    expect((counts['end: source'] ?? 0) + (counts['end: tool'] ?? 0)).toBe(OFFSETS);
    expect(counts['end: tool'] ?? 0).toBeLessThan(OFFSETS / 20);
  });
});

describe('a seed', () => {
  /** Each byte of a tree's seeds, and the lines of the source that they come from. */
  const seedsOf = (tree: MemoryFiles, sizes: Readonly<Record<string, number>>, source: RegExp) => {
    const explainer = Explainer.build(tree);
    for (const [name, size] of Object.entries(sizes)) {
      const path = `bootstrap-seeds/POSIX/x86/${name}`;
      expect(sizeOf(tree, `/${path}`)).toBe(size);
      let last = 0;
      for (let offset = 0; offset < size; offset++) {
        const { end, twin, pieces, byte, hops } = explainer.explain(path, offset);
        expect([twin, hops[0]?.file]).toEqual([twin, twin]);
        expect(end.place?.file).toMatch(source);
        expect(end.place?.text).toBe(byte.toString(16).toUpperCase().padStart(2, '0'));
        expect(end.place?.start).toBeGreaterThanOrEqual(last);
        last = end.place?.start ?? 0;
        expect(pieces.length).toBeGreaterThan(0);
      }
    }
    return explainer;
  };

  it('is explained from what the build makes with the same bytes', () => {
    const sizes = { 'hex0-seed': 289, 'kaem-optional-seed': 570 };
    const explainer = seedsOf(loadTree(LADDER), sizes, /^seed\/(?:hex0|kaem-minimal)\.hex0$/);
    const text = explanationText(explainer.explain('bootstrap-seeds/POSIX/x86/hex0-seed', 0x60));
    expect(text).toContain('0x5e–0x62: mov eax, 5: puts 5 into eax\n');
    expect(text).toContain(
      'hex0-seed came with the tree. The build makes the same bytes from source, as bin/hex0:\n',
    );
  });

  it('is not explained from what has other bytes', () => {
    const tree = loadTree(LADDER);
    const node = tree.get('/bootstrap-seeds/POSIX/x86/hex0-seed');
    if (node.kind === 'file') node.bytes = Uint8Array.of(...node.bytes, 0);
    const explainer = Explainer.build(tree);
    expect(() => explainer.explain('bootstrap-seeds/POSIX/x86/hex0-seed', 0)).toThrow(
      'no process of the build made this file, or one with the same bytes: it is a source',
    );
    expect(() => explainer.explain('seed/hex0.hex0', 0)).toThrow('it is a source');
  });

  it.skipIf(TREE === undefined)('of the release has a note for every instruction', () => {
    const sizes = { 'hex0-seed': 181, 'kaem-optional-seed': 632 };
    const tree = loadTree(TREE as string);
    seedsOf(tree, sizes, /^x86\/(?:hex0_x86|kaem-minimal)\.hex0$/);
    const seed = tree.get('/bootstrap-seeds/POSIX/x86/hex0-seed');
    const pieces = programMap(seed.kind === 'file' ? seed.bytes : new Uint8Array());
    const code = pieces.filter(({ kind }) => kind === 'instruction');
    expect(code.length).toBe(58);
    expect(code.filter(({ note }) => note === null)).toEqual([]);
    expect(pieces.filter(({ kind }) => kind === 'data')).toEqual([]);
    const notes = SEED_NOTES.get(sha256Hex(seed.kind === 'file' ? seed.bytes : new Uint8Array()));
    expect(
      [...(notes?.keys() ?? [])].filter((at) => !pieces.some(({ start }) => start === at)),
    ).toEqual([]);
  });
});
