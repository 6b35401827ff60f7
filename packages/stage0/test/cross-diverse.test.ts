// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * Diverse builds for other architectures: a small tree whose own compilers and tools for the i386
 * do the work of those for riscv32 and amd64, and the releases in the folder STAGE0_RELEASES.
 */
import fs from 'node:fs';
import path from 'node:path';
import { decodeUtf8, encodeUtf8 } from '@stage0-ts/bytes';
import type { MemoryFiles } from '@stage0-ts/host/memory';
import {
  build,
  buildTable,
  check,
  checkDocument,
  checkText,
  chooseEngine,
  diverseEngine,
  portsAndMachine,
} from '@stage0-ts/stage0';
import { describe, expect, it } from 'vitest';
import { loadTree } from '../src/node/load-tree.ts';
import { guest, leave } from './guests.ts';
import { COMPILER, SCRIPT, tree } from './older-tree.ts';
import type { World } from './small-tree.ts';

const TOOLS = `./x86/artifact/hex0 x86/M2-Planet.hex0 x86/bin/M2-Planet
./x86/artifact/hex0 x86/M1.hex0 x86/bin/M1
`;

/** Writes L if `>>` is a logical shift, and A if it keeps the sign. */
const SHIFTS = COMPILER.replace('int from;', 'int from; int low;').replace(
  'call(WRITE, to, "# Core\\n", 7);',
  'low = 0 - 2; low = low >> 31; if(1 == low) call(WRITE, to, "L", 1); else call(WRITE, to, "A", 1);',
);

/** The older tree, with scripts for `arch` whose programs are not real programs. */
function crossTree(arch: string, more: (world: World) => void = () => {}): MemoryFiles {
  return tree((world) => {
    world.text('/x86/M2.c', SHIFTS);
    world.source('M2-Planet', guest(...leave('/out.M1', ':code\n')));
    world.source('M1', guest(...leave(`${arch}/out/made`, 'by M1')));
    world.script(SCRIPT + TOOLS);
    world.text(`/M2libc/${arch}/${arch}_defs.M1`, 'DEFINE marker 00\n');
    world.text(`/${arch}/a.hex0`, '48 69\n');
    world.text(`/${arch}/out/placeholder`, '');
    for (const tool of ['hex0-seed', `cc_${arch}`, 'M2', 'M1-0', 'other', 'catm']) {
      world.program(`/${arch}/${tool}`, encodeUtf8(`not for this computer: ${tool}`));
    }
    world.text(
      `/kaem.${arch}`,
      [
        `./${arch}/hex0-seed ${arch}/a.hex0 ${arch}/out/hex0`,
        `./${arch}/cc_${arch} x86/M2.c ${arch}/out/M2.M1`,
        `./${arch}/M1-0 x`,
        `./${arch}/catm ${arch}/out/twice ${arch}/a.hex0 ${arch}/a.hex0`,
        '',
      ].join('\n'),
    );
    more(world);
  });
}

function content(files: MemoryFiles, name: string): string {
  const node = files.find(name);
  return node?.kind === 'file' ? decodeUtf8(node.bytes) : '(no file)';
}

const buildFor = (arch: string, files: MemoryFiles) =>
  build(files, { arch, script: `kaem.${arch}`, engine: diverseEngine() });

describe('a diverse build for another architecture', () => {
  it('runs what the tree makes for the i386, and names each program that did another’s work', () => {
    const files = crossTree('amd64');
    const result = buildFor('amd64', files);
    expect(buildTable(result)).toMatch(/\nok: /);
    expect(content(files, '/amd64/out/hex0')).toBe('Hi');
    expect(content(files, '/amd64/out/M2.M1')).toBe('DEFINE marker 00\n:code\n');
    expect(content(files, '/amd64/out/made')).toBe('by M1');
    expect(content(files, '/amd64/out/twice')).toBe('48 69\n48 69\n');
    const used = result.standIns.map(({ tool, port, steps }) => [tool, port, steps]);
    expect(used).toEqual([
      ['hex0', 'hex0', [1]],
      ['cc_amd64', 'x86/bin/M2-Planet', [2]],
      ['M1', 'x86/bin/M1', [3]],
      ['catm-minimal', 'catm-minimal', [4]],
    ]);
    const natures = result.processes.map(({ nature }) => nature);
    expect(natures).toEqual(['stand-in', 'stand-in', 'descendant', 'stand-in']);
    expect(result.processes.map(({ otherCode }) => otherCode)).toEqual([false, true, false, false]);
    // The x86 build happens in a world of its own.
    expect(files.find('/x86/bin/M1')).toBeUndefined();
  });

  it('gives riscv32 a first M2 that shifts as cc_riscv32’s does, and no other architecture', () => {
    const made = ['riscv32', 'riscv64'].map((arch) => {
      const run = (world: World) => {
        world.source('M2-Planet', guest(...leave(`${arch}/out/result`, 'no first M2')));
        world.text(`/kaem.${arch}`, `./${arch}/M2 x86/M2.c ${arch}/out/result\n`);
      };
      const files = crossTree(arch, run);
      const result = buildFor(arch, files);
      expect(buildTable(result)).toMatch(/\nok: /);
      return content(files, `/${arch}/out/result`);
    });
    expect(made).toEqual([`L${SHIFTS}`, 'no first M2']);
  });

  it('executes only programs that the x86 build makes', () => {
    const files = crossTree('amd64', (world) => world.text('/kaem.amd64', './amd64/other\n'));
    const { ok, failures } = buildFor('amd64', files);
    expect(ok).toBe(false);
    expect(decodeUtf8(failures[0]?.stderr.bytes ?? new Uint8Array())).toContain(
      'x86 build makes no such program',
    );
  });

  it('says what to do when the x86 tools cannot be built', () => {
    const files = crossTree('amd64', (world) => world.script('./x86/nothing\n'));
    expect(() => buildFor('amd64', files)).toThrow(/stage0 build TREE --engine diverse shows why/);
  });

  it('reports what the release’s M2-Planet says of a source that it does not compile', () => {
    const files = crossTree('amd64', (world) => world.source('M2-Planet', guest([4, 2, 'bad', 3])));
    const { failures } = buildFor('amd64', files);
    const said = decodeUtf8(failures[0]?.stderr.bytes ?? new Uint8Array());
    expect(said).toContain('x86/bin/M2-Planet does not compile this: bad');
  });
});

describe('a check of another architecture', () => {
  const options = { arch: 'amd64', script: 'kaem.amd64', partial: true } as const;
  const checked = (load: () => MemoryFiles, arch = 'amd64') =>
    check(load, {
      ...options,
      arch,
      script: `kaem.${arch}`,
      engines: [diverseEngine(), portsAndMachine()],
      trust: ['amd64/hex0-seed'],
    });
  /** The output of M1 for its input; our port has the same output. */
  const honest = guest(...leave('amd64/out/x', '41\n'));
  const withM1 = (bytes: Uint8Array) => (world: World) => {
    world.source('M1', bytes);
    world.text('/amd64/a.M1', '!65\n');
    const line = './amd64/M1-0 -A amd64 --little-endian -f amd64/a.M1 -o amd64/out/x\n';
    world.text('/kaem.amd64', `./amd64/hex0-seed amd64/a.hex0 amd64/out/hex0\n${line}`);
  };

  it('holds the tree’s own source against our ports, and says how much of it', () => {
    const expected = checked(() => crossTree('amd64', withM1(honest)));
    const text = checkText(checkDocument(expected, { tree: 'tree' }));
    const made = content(expected.files, '/amd64/out/x');
    expect([made, expected.divergence?.message]).toEqual(['41\n', undefined]);
    expect(text).toContain("compared with the tree's own source: 1 of 2 processes");
    expect(text).toMatch(/\nok\n$/);
    expect(expected.selfRebuild).toBeUndefined();
  });

  it('sees a tool that makes something other than our port', () => {
    const evil = guest(...leave('amd64/out/x', '42\n'));
    const { divergence, verdict } = checked(() => crossTree('amd64', withM1(evil)));
    expect(divergence).toMatchObject({ step: 2, file: 'amd64/out/x' });
    expect(verdict.kind).toBe('differ');
  });

  it('says what to type for a tree that our ports do not follow', () => {
    const choice = chooseEngine(crossTree('amd64'), 'amd64');
    expect(choice.partner).toBeUndefined();
    expect(choice.why).toContain('stage0 build TREE --arch amd64 --engine diverse');
  });
});

const RELEASES = process.env['STAGE0_RELEASES'];
if (RELEASES === undefined) {
  console.warn(
    '\n*** DID NOT RUN: other architectures of older releases. Set STAGE0_RELEASES to a folder with trees 1.5.0, 1.6.0, … ***\n',
  );
}
const present = ['1.5.0', '1.6.0', '1.7.0', '1.8.0', '1.8.1', '1.9.0', '1.9.1'].filter(
  (name) => RELEASES !== undefined && fs.existsSync(path.join(RELEASES, name)),
);

describe.skipIf(RELEASES === undefined)('other architectures of older releases', () => {
  it('has releases to build', () => expect(present).not.toEqual([]));

  describe.each(present)('%s', (name) => {
    it.each(['amd64', 'aarch64', 'riscv32', 'riscv64'])('%s: every answer', (arch) => {
      const files = loadTree(path.join(RELEASES as string, name));
      const { artifacts, ok } = build(files, { arch, engine: diverseEngine() });
      const answers = artifacts.filter(
        ({ expected, verdict }) => expected !== null && verdict !== 'given',
      );
      expect(answers.filter(({ verdict }) => verdict !== 'match')).toEqual([]);
      expect(answers.length).toBe({ '1.5.0': 15, '1.6.0': 18 }[name] ?? 19);
      expect(ok).toBe(true);
    });
  });
});
