// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * The real gzip, bzip2, xz, tar and sha256sum as live peers: what they make of random data, in many
 * settings, ours decodes to the same; digests agree both ways.
 */

import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { Program } from '@stage0-ts/host';
import { MemoryFiles, MemoryHost, type TreeNode } from '@stage0-ts/host/memory';
import { bunzip2, gunzip, sha256sum, untar, unxzBytes } from '@stage0-ts/mescc-tools-extra';
import { runsIf } from '@stage0-ts/vectors/test-support';
import * as fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { machineCode } from './fixtures.ts';

const scratch = fs.mkdtempSync(path.join(os.tmpdir(), 'stage0-peers-'));
afterAll(() => fs.rmSync(scratch, { recursive: true, force: true }));

/** True if the command exists. If not, this says so loudly. */
function available(command: string): boolean {
  const there = spawnSync(command, ['--version'], { input: '' }).error === undefined;
  return runsIf(there, `the comparison with ${command}`, 'It is not installed');
}

/** Standard output of a peer. */
function peer(command: string, options: readonly string[], input: Uint8Array): Buffer {
  const child = spawnSync(command, options, { input, maxBuffer: 64 << 20 });
  if (child.status !== 0) throw new Error(`${command} ${options.join(' ')}: ${child.stderr}`);
  return child.stdout;
}

/** IA-64 bundles with branches in every slot, at many addresses. */
function branches(seed: Uint8Array): Buffer {
  const code = Buffer.alloc(16 * 200);
  for (let i = 0; i < code.length; i++)
    code[i] = (seed[i & 15] as number) + (i % 3 === 0 ? i >> 4 : 0);
  for (let at = 0; at < code.length; at += 16) {
    // Template 16 + n. Each slot has opcode 5 in its top four bits, and zeros in bits 9 to 11.
    let bundle = 0n;
    for (let i = 15; i >= 0; i--) bundle = (bundle << 8n) | BigInt(code[at + i] as number);
    bundle = (bundle & ~0x1fn) | BigInt(16 + ((at >> 4) & 15));
    for (const slot of [5n, 46n, 87n]) {
      bundle = (bundle & ~(15n << (slot + 37n)) & ~(7n << (slot + 9n))) | (5n << (slot + 37n));
    }
    for (let i = 0; i < 16; i++) code[at + i] = Number((bundle >> BigInt(8 * i)) & 0xffn);
  }
  return code;
}

/**
 * Content of every kind: nothing, one byte, text, noise, runs, machine code, and mixtures of these.
 */
const noise = fc.uint8Array({ maxLength: 5000, size: 'max' }).map((bytes) => Buffer.from(bytes));
const piece = fc.oneof(
  noise,
  fc.tuple(noise, fc.integer({ min: 1, max: 300 })).map(([bytes, times]) => {
    return Buffer.concat(Array<Buffer>(times).fill(bytes.subarray(0, 40)));
  }),
  fc.tuple(fc.nat(255), fc.nat(70_000)).map(([byte, count]) => Buffer.alloc(count, byte)),
  fc.constant(Buffer.from(machineCode())),
  fc.uint8Array({ minLength: 16, maxLength: 16 }).map((bundle) => branches(bundle)),
);
const content = fc.array(piece, { maxLength: 6 }).map((pieces) => Buffer.concat(pieces));
const samples: readonly Buffer[] = [
  Buffer.alloc(0),
  Buffer.from('x'),
  Buffer.from(machineCode()),
  branches(Buffer.from('IA-64 has bundle')),
  ...fc.sample(content, { seed: 2024, numRuns: 12 }),
];

interface Format {
  readonly command: string;
  readonly settings: readonly (readonly string[])[];
  readonly decode: (archive: Uint8Array) => Uint8Array;
}
const levels = (from: number) =>
  Array.from({ length: 10 - from }, (_, index) => [`-${from + index}`]);
const FORMATS: readonly Format[] = [
  // Levels 1 to 9. Noise makes stored blocks. Without -n, the file's name and time are in the
  // header.
  {
    command: 'gzip',
    settings: [...levels(1), ['-n'], ['--rsyncable']],
    decode: (bytes) => gunzip(bytes),
  },
  { command: 'bzip2', settings: levels(1), decode: (bytes) => bunzip2(bytes) },
  {
    command: 'xz',
    settings: [
      ...levels(0),
      ...['none', 'crc32', 'crc64', 'sha256'].map((check) => ['-1', `--check=${check}`]),
      ...['x86', 'arm', 'armthumb', 'arm64', 'sparc', 'powerpc', 'ia64'].map((filter) => [
        `--${filter}`,
        '--lzma2=preset=1',
      ]),
      ['--delta=dist=4', '--lzma2=preset=1'],
      ['--lzma2=preset=0,lc=0,lp=4,pb=0'],
      ['--lzma2=preset=6,lc=1,lp=2,pb=4,nice=10,mf=bt2'],
      ['-1', '--block-size=1000'],
      ['-T2', '-1', '--block-size=4096'],
      ['-9e'],
      ['--format=lzma', '-1'],
      ['--format=lzma', '--lzma1=preset=1,lc=4,lp=0,pb=4'],
    ],
    decode: (bytes) => unxzBytes(bytes),
  },
];

for (const { command, settings, decode } of FORMATS) {
  describe.runIf(available(command))(command, () => {
    it.each(settings.map((options) => ({ options: options.join(' '), words: options })))(
      'with $options',
      ({ words }) => {
        const supported = spawnSync(command, [...words, '-c'], { input: 'x' }).status === 0;
        // An older xz has no --arm64. No other option may be missing.
        expect(supported || words.includes('--arm64')).toBe(true);
        if (!supported) return;
        for (const sample of samples) {
          const archive = peer(command, [...words, '-c'], sample);
          expect(Buffer.compare(decode(archive), sample)).toBe(0);
        }
      },
    );

    it('several members in one file', () => {
      const plain = settings.filter((words) => !words.includes('--format=lzma')).slice(0, 9);
      const members = plain.map((words, index) =>
        peer(command, [...words, '-c'], samples[index] as Buffer),
      );
      const all = Buffer.concat(samples.slice(0, members.length));
      expect(Buffer.compare(decode(Buffer.concat(members)), all)).toBe(0);
    });

    it('damaged anywhere, gives the content or an error, and nothing else', () => {
      const archive = peer(command, ['-6', '-c'], samples[4] as Buffer);
      const damage = fc.tuple(fc.nat(archive.length - 1), fc.integer({ min: 1, max: 255 }));
      fc.assert(
        fc.property(damage, ([at, change]) => {
          const damaged = Buffer.from(archive);
          damaged[at] = (damaged[at] as number) ^ change;
          try {
            expect(Buffer.compare(decode(damaged), samples[4] as Buffer)).toBe(0);
          } catch (error) {
            expect((error as Error).name).toBe('ToolError');
          }
        }),
        { numRuns: 100 },
      );
    });
  });
}

/**
 * Run one of our programs in a world with the files. Returns its status, output and the files that
 * it left.
 */
function run(
  program: Program,
  words: readonly string[],
  entries: Readonly<Record<string, Uint8Array>>,
) {
  const files = new MemoryFiles();
  for (const [name, bytes] of Object.entries(entries)) files.writeFile(name, bytes, 0o644);
  const output: string[] = [];
  const write = (bytes: Uint8Array) => output.push(Buffer.from(bytes).toString());
  const host = new MemoryHost({ files, stdout: write, stderr: write });
  return { status: program(words, host), output: output.join(''), files };
}

/** What is in a folder on this machine, by path. */
function realTree(folder: string, prefix = ''): Record<string, string> {
  const found: Record<string, string> = {};
  for (const entry of fs.readdirSync(path.join(folder, prefix), { withFileTypes: true })) {
    const name = prefix + entry.name;
    const full = path.join(folder, name);
    if (entry.isSymbolicLink()) found[name] = `-> ${fs.readlinkSync(full)}`;
    else if (!entry.isDirectory()) found[name] = fs.readFileSync(full, 'latin1');
    else Object.assign(found, { [name]: 'folder' }, realTree(folder, `${name}/`));
  }
  return found;
}

/** The same for a tree in memory, without the archive itself. */
function memoryTree(node: TreeNode, prefix = ''): Record<string, string> {
  if (node.kind !== 'directory') return {};
  const found: Record<string, string> = {};
  for (const [name, child] of node.entries) {
    const full = prefix + name;
    if (full === 'archive.tar') continue;
    if (child.kind === 'link') found[full] = `-> ${child.target}`;
    else if (child.kind === 'file') found[full] = Buffer.from(child.bytes).toString('latin1');
    else Object.assign(found, { [full]: 'folder' }, memoryTree(child, `${full}/`));
  }
  return found;
}

describe.runIf(available('tar'))('tar', () => {
  const long = 'a-long-name-'.repeat(11);
  const deep = Array.from({ length: 9 }, (_, index) => `folder-number-${index}`).join('/');
  const TREES: Readonly<Record<string, readonly string[]>> = {
    plain: ['a', 'sub/b', 'sub/empty/', 'sub/link->../a', 'exactly-512'],
    'names of 99 to 101 characters': [99, 100, 101].map((length) => 'n'.repeat(length)),
    'a path that needs a prefix': [`${deep}/leaf`, `${deep}/link->leaf`],
    'long names': [long, `x/${long}/y`, `link->${long}`],
    'a long link': [`short->${long.repeat(2)}`],
  };

  function plant(folder: string, names: readonly string[]): void {
    for (const [index, entry] of names.entries()) {
      const [name, target] = entry.split('->') as [string, string | undefined];
      const full = path.join(folder, name);
      fs.mkdirSync(name.endsWith('/') ? full : path.dirname(full), { recursive: true });
      if (target !== undefined) fs.symlinkSync(target, full);
      else if (!name.endsWith('/')) {
        const size = name === 'exactly-512' ? 512 : [0, 3, 700][index % 3];
        fs.writeFileSync(full, Buffer.alloc(size as number, index + 65));
      }
    }
  }

  const cases = Object.keys(TREES).flatMap((name) =>
    ['v7', 'ustar', 'gnu', 'oldgnu', 'pax'].map((format) => ({ name, format })),
  );
  it.each(cases)('$name in format $format', ({ name, format }) => {
    const folder = fs.mkdtempSync(path.join(scratch, 'tree-'));
    plant(folder, TREES[name] as readonly string[]);
    const options = [`--format=${format}`, '-b', '1', '-C', folder, '-cf', '-', '.'];
    const { status, stdout } = spawnSync('tar', options, { maxBuffer: 64 << 20 });
    // v7 and ustar cannot have every name; tar then says so.
    if (status !== 0) {
      expect([format, name]).toEqual([
        expect.stringMatching(/^(v7|ustar)$/),
        expect.not.stringMatching(/^plain$/),
      ]);
      return;
    }
    const {
      status: ours,
      output,
      files,
    } = run(untar, ['untar', '-f', 'archive.tar'], { '/archive.tar': stdout });
    expect({ ours, output }).toEqual({
      ours: 0,
      output: 'The extraction of archive.tar was successful\n',
    });
    expect(memoryTree(files.get('/'))).toEqual(realTree(folder));
  });
});

describe.runIf(available('sha256sum'))('sha256sum', () => {
  it('gives the same lines, and each takes the other’s', () => {
    const folder = fs.mkdtempSync(path.join(scratch, 'sums-'));
    const sizes = [...Array(130).keys(), 1000, 65_536, 1_000_003];
    const entries: Record<string, Uint8Array> = {};
    for (const size of sizes) {
      const bytes = Buffer.from({ length: size } as ArrayLike<number>).map(
        (_, index) => (index * size) >> 3,
      );
      fs.writeFileSync(path.join(folder, `f${size}`), bytes);
      entries[`/f${size}`] = bytes;
    }
    const names = sizes.map((size) => `f${size}`);
    const theirs = spawnSync('sha256sum', names, { cwd: folder, encoding: 'utf8' }).stdout;
    const ours = run(sha256sum, ['sha256sum', ...names], entries);
    expect(ours).toMatchObject({ status: 0, output: theirs });
    fs.writeFileSync(path.join(folder, 'sums'), ours.output);
    expect(spawnSync('sha256sum', ['-c', 'sums'], { cwd: folder }).status).toBe(0);
    const check = run(sha256sum, ['sha256sum', '-c', 'sums'], {
      ...entries,
      '/sums': Buffer.from(theirs),
    });
    expect(check.status).toBe(0);
  });
});
