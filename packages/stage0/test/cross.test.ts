// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * Builds for other architectures than x86: what replaces what, that it is reported, and all four
 * chains.
 */

import fs from 'node:fs';
import { decodeUtf8, encodeUtf8 } from '@stage0-ts/bytes';
import { MemoryFiles } from '@stage0-ts/host/memory';
import {
  build,
  buildDocument,
  buildTable,
  type NamedEngine,
  PORTS,
  readAnswers,
  standInFor,
} from '@stage0-ts/stage0';
import { releaseFor } from '@stage0-ts/vectors/test-support';
import { describe, expect, it } from 'vitest';
import { loadTree } from '../src/node/load-tree.ts';

const ARCHITECTURES = ['amd64', 'aarch64', 'riscv32', 'riscv64'] as const;

/** A program in each hex1 that only jumps to itself, and its bytes. */
const JUMP: Readonly<Record<string, readonly [source: string, bytes: readonly number[]]>> = {
  x86: [':a E9 %a\n', [0xe9, 0xfb, 0xff, 0xff, 0xff]],
  amd64: [':a E9 %a\n', [0xe9, 0xfb, 0xff, 0xff, 0xff]],
  aarch64: [':a ^~a 14\n', [0, 0, 0, 0x14]],
  riscv32: [':a $a 6F 00 00 00\n', [0x6f, 0, 0, 0]],
  riscv64: [':a $a 6F 00 00 00\n', [0x6f, 0, 0, 0]],
};

/**
 * A tree whose build has eight steps, with every kind of stand-in. Of the programs in `seed/…` only
 * the names count.
 */
function tinyTree(arch: string): MemoryFiles {
  const files = new MemoryFiles();
  const text = (path: string, content: string) => files.writeFile(path, encodeUtf8(content), 0o644);
  for (const folder of ['/seed', '/out', `/M2libc/${arch}`]) files.createDirectories(folder);
  for (const tool of ['hex0-seed', 'hex1', 'hex2-0', 'M0', `cc_${arch}`, 'M2', 'get_machine']) {
    files.writeFile(`/seed/${tool}`, new Uint8Array(), 0o755);
  }
  text('/a.hex0', '48 69\n');
  text('/a.hex1', JUMP[arch]?.[0] as string);
  text('/a.hex2', ':start &start 01\n');
  text('/a.M1', `DEFINE five 05\nfive "A"\n`);
  text('/a.c', 'int f() { return 0x80000000; }\n');
  text(`/M2libc/${arch}/${arch}_defs.M1`, 'DEFINE marker 00\n');
  text(
    `/kaem.${arch}`,
    [
      './seed/hex0-seed a.hex0 out/hex0',
      './seed/hex2-0 a.hex2 out/hex2',
      './seed/hex2-0 a.hex2 out/again',
      './seed/M0 a.M1 out/M0',
      `./seed/cc_${arch} a.c out/cc`,
      `./seed/M2 -A ${arch} -f a.c -o out/M2`,
      './seed/hex1 a.hex1 out/hex1',
      './seed/get_machine',
      '',
    ].join('\n'),
  );
  return files;
}

function content(files: MemoryFiles, path: string): string {
  const node = files.find(path);
  return node?.kind === 'file' ? decodeUtf8(node.bytes) : '(no file)';
}

describe('a build for another architecture', () => {
  it.each(ARCHITECTURES)('does the work of hand-written tools of %s, and says so', (arch) => {
    const files = tinyTree(arch);
    const printed: Uint8Array[] = [];
    const result = build(files, {
      arch,
      script: `kaem.${arch}`,
      stdout: (bytes) => printed.push(bytes),
    });
    expect(result.failures).toEqual([]);
    expect(result.ok).toBe(true);

    const used = result.standIns.map(({ tool, steps }) => [tool, steps]);
    const quirk = arch === 'riscv32' ? [['M2', [6]]] : [];
    expect(used).toEqual([
      ['hex0', [1]],
      ['hex2-0', [2, 3]],
      ['M0', [4]],
      [`cc_${arch}`, [5]],
      ...quirk,
      ['hex1', [7]],
    ]);
    expect(result.processes[1]).toMatchObject({
      tool: 'hex2-0',
      standIn: { tool: 'hex2-0', port: 'hex2' },
    });
    expect(result.processes[4]).toMatchObject({
      tool: `cc_${arch}`,
      standIn: { port: 'M2-Planet' },
    });
    expect(result.processes[7]).toMatchObject({ tool: 'get_machine', standIn: undefined });

    expect(content(files, '/out/hex0')).toBe('Hi');
    expect(files.find('/out/hex1')).toMatchObject({
      mode: 0o700,
      bytes: new Uint8Array(JUMP[arch]?.[1] as number[]),
    });
    expect(files.find('/out/hex2')).toMatchObject({
      mode: 0o700,
      bytes: new Uint8Array([0, 0, 0x60, 0, 1]),
    });
    expect(content(files, '/out/M0').replace(/\s/g, '')).toBe('054100');
    expect(content(files, '/out/cc')).toContain(':FUNCTION_f');
    expect(printed.map((bytes) => decodeUtf8(bytes)).join('')).toContain(`${arch}\n`);

    const table = buildTable(result);
    expect(table).toContain(`stand-ins, for tools of ${arch} that have no port of their own:`);
    expect(table).toMatch(/\n {2}hex2-0 +by hex2 +2x {2}hand-written for /);
    expect(table).toContain(`8 processes, ${arch === 'riscv32' ? 7 : 6} of them stand-ins`);
    expect(buildDocument(result).standIns).toEqual(result.standIns);
  });

  it('gives the compiler’s output the definitions that phase 5 lacks, where it lacks some', () => {
    const begins = ARCHITECTURES.map((arch) => {
      const files = tinyTree(arch);
      build(files, { arch, script: `kaem.${arch}` });
      return content(files, '/out/cc').startsWith('DEFINE marker 00\n');
    });
    expect(begins).toEqual([true, true, false, false]);
  });

  it('has the logical >> of cc_riscv32 and cc_riscv64, but not in a string', () => {
    const shifts = ARCHITECTURES.map((arch) => {
      const files = tinyTree(arch);
      const source = 'int f(int a) { f("rd_a0 rs1_a1 rs2_a0 sra\\n"); return a >> 1; }\n';
      files.writeFile('/a.c', encodeUtf8(source), 0o644);
      build(files, { arch, script: `kaem.${arch}` });
      return content(files, '/out/cc').match(/"?rd_a0 rs1_a1 rs2_a0 sr[al]/g);
    });
    const text = '"rd_a0 rs1_a1 rs2_a0 sra';
    const riscV = ['rd_a0 rs1_a1 rs2_a0 srl', text];
    expect(shifts).toEqual([[text], [text], riscV, riscV]);
  });

  it('shifts logically in the M2 of riscv32 only', () => {
    const high = ARCHITECTURES.map((arch) => {
      const files = tinyTree(arch);
      build(files, { arch, script: `kaem.${arch}` });
      return /~-?2 lui/.exec(content(files, '/out/M2'))?.[0];
    });
    expect(high).toEqual([undefined, undefined, '~2 lui', '~-2 lui']);
    expect(standInFor('riscv32', 'M2-Planet')).toBeUndefined();
  });

  it('names no stand-in for x86', () => {
    const files = tinyTree('x86');
    const result = build(files, { script: 'kaem.x86' });
    expect(result.standIns).toEqual([]);
    expect(buildTable(result)).not.toContain('stand-in');
    expect(ARCHITECTURES.map((arch) => standInFor(arch, 'M1'))).toEqual(Array(4).fill(undefined));
    expect(standInFor('x86', 'hex0')).toBeUndefined();
  });

  it.each([
    ['amd64', 'hex2-0', ':a %nowhere\n', '/in:1:4: error: undefined label '],
    ['riscv64', 'M0', 'nothing\n', '/in:1:1: error: '],
    ['aarch64', 'cc_aarch64', 'int f() {\n', '/in:1:'],
  ])('leaves no file when the %s stand-in for %s fails', (arch, tool, source, message) => {
    const files = tinyTree(arch);
    files.writeFile('/in', encodeUtf8(source), 0o644);
    files.writeFile(`/kaem.${arch}`, encodeUtf8(`./seed/${tool} /in /out/x\n`), 0o644);
    const result = build(files, { arch, script: `kaem.${arch}` });
    expect(result.ok).toBe(false);
    const [failure] = result.failures;
    expect(decodeUtf8(failure?.stderr.bytes ?? new Uint8Array())).toContain(message);
    expect(files.find('/out/x')).toBeUndefined();
  });

  it('does not write over its input, and asks for both operands', () => {
    for (const operands of ['/a.hex2 /a.hex2', '/a.hex2', '']) {
      const files = tinyTree('amd64');
      files.writeFile('/kaem.amd64', encodeUtf8(`./seed/hex2-0 ${operands}\n`), 0o644);
      expect(build(files, { arch: 'amd64', script: 'kaem.amd64' }).ok).toBe(false);
      expect(content(files, '/a.hex2')).toBe(':start &start 01\n');
    }
  });

  it('says that there is nothing to build for armv7l', () => {
    const files = tinyTree('x86');
    expect(() => build(files, { arch: 'armv7l' })).toThrow(/no kaem\.armv7l: .*sources for armv7l/);
    expect(() => build(files, { arch: 'vax' })).toThrow(/no kaem\.vax: .*x86, amd64, aarch64/);
  });
});

const TREE = releaseFor('amd64, aarch64, riscv32 and riscv64 of stage0-posix 1.9.1');
/** For each architecture: files that our stand-ins make differently from the hand-written tools. */
const OTHER_CODE: Readonly<Record<string, readonly string[]>> = {
  // What cc_<arch> makes of M2-Planet, and what is made from that.
  amd64: ['M2', 'M2-0-0.M1', 'M2-0-0.hex2', 'M2-0.M1', 'M2-0.hex2'],
  aarch64: ['M2', 'M2-0.M1', 'M2-0.hex2', 'M2.M1', 'M2.hex2'],
  riscv: ['M2', 'M2-0-0.M1', 'M2-0-0.hex2', 'M2-0.M1', 'M2-0.hex2'],
};
/** Text from M1 in place of M0. It has other blanks and line ends, and is the same when linked. */
const OTHER_BLANKS = (arch: string): readonly string[] => [
  'M1-macro-0-0.hex2',
  'M1-macro-0.hex2',
  'blood-elf-0-0.hex2',
  'blood-elf-0.hex2',
  `cc_${arch}-0.hex2`,
  `cc_${arch}.hex2`,
];

describe.skipIf(TREE === undefined)('the chains of stage0-posix 1.9.1', () => {
  const folders = { amd64: 'AMD64', aarch64: 'AArch64', riscv32: 'riscv32', riscv64: 'riscv64' };

  it.each(ARCHITECTURES)('%s: every answer, and every other file except the named', (arch) => {
    const result = build(loadTree(TREE as string), { arch });
    const answers = result.artifacts.filter(({ expected }) => expected !== null);
    expect(answers.length).toBe(19);
    expect(answers.filter(({ verdict }) => verdict !== 'match')).toEqual([]);
    expect(result.ok).toBe(true);

    const riscV = arch.startsWith('riscv');
    const different = [
      ...(OTHER_CODE[riscV ? 'riscv' : arch] ?? []),
      ...(riscV ? OTHER_BLANKS(arch) : []),
    ];
    const native = readAnswers(
      fs.readFileSync(new URL(`native-digests/${arch}.sha256`, import.meta.url)),
      `${arch}.sha256`,
    );
    const made = new Map(result.artifacts.map(({ path, sha256 }) => [path, sha256]));
    const differing = [...native].filter(([path, digest]) => made.get(path) !== digest);
    expect(native.size).toBe({ amd64: 73, aarch64: 44, riscv32: 45, riscv64: 45 }[arch]);
    expect(differing.map(([path]) => path).sort()).toEqual(
      different.map((name) => `${folders[arch]}/artifact/${name}`).sort(),
    );
  });

  it('riscv32: seven answers need the logical shift of its first M2, and no others', () => {
    const cross = PORTS.forArchitecture?.('riscv32') as NamedEngine;
    const engine: NamedEngine = {
      name: 'without the shift',
      runsBinaries: false,
      nature: () => 'port',
      run: (image, argv, host) =>
        (image.path.endsWith('/M2') ? PORTS : cross).run(image, argv, host),
    };
    const { artifacts } = build(loadTree(TREE as string), { arch: 'riscv32', engine });
    const differing = artifacts.filter(({ verdict }) => verdict === 'differs');
    expect(differing.map(({ path }) => path)).toEqual(
      ['M1', 'M2-Mesoplanet', 'M2-Planet', 'blood-elf', 'get_machine', 'hex2', 'kaem'].map(
        (name) => `riscv32/bin/${name}`,
      ),
    );
  });
});
