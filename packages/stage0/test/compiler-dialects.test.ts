// SPDX-License-Identifier: GPL-3.0-or-later
/** The port of cc_x86 runs with the dialect of the tree's own cc_x86. */
import fs from 'node:fs';
import path from 'node:path';
import { decodeUtf8, encodeUtf8 } from '@stage0-ts/bytes';
import type { MemoryFiles } from '@stage0-ts/host/memory';
import { sha256Hex } from '@stage0-ts/mescc-tools-extra';
import {
  build,
  check,
  Explainer,
  machineEngine,
  type NamedEngine,
  PORTS,
  portsAndMachine,
} from '@stage0-ts/stage0';
import { afterEach, describe, expect, it } from 'vitest';
import { COMPILER_DIALECTS, COMPILER_SOURCE } from '../src/compiler-dialects.ts';
import { loadTree } from '../src/node/load-tree.ts';
import { SEED, World } from './small-tree.ts';

const SOURCE = '; a compiler of our own\n';
const PROGRAM = `// CONSTANT SEVEN 7
struct s { union { char a; int b; }; int c; };
int main(struct s* p) { if(!p) return SEVEN; return p->c == p->b; }
`;
const table = COMPILER_DIALECTS as Map<string, string>;
/** Makes SOURCE count as the source of an older release's compiler. */
const plant = () => table.set(sha256Hex(encodeUtf8(SOURCE)), '1.6.0');
afterEach(() => table.delete(sha256Hex(encodeUtf8(SOURCE))));

function tree(): MemoryFiles {
  const world = new World();
  world.text(`/${COMPILER_SOURCE}`, SOURCE);
  world.text('/program.c', PROGRAM);
  world.launcher('cc_x86');
  world.script('./tools/cc_x86 program.c x86/bin/program.M1\n');
  return world.files;
}

function textOf(files: MemoryFiles, name: string): string {
  const node = files.find(name);
  return node?.kind === 'file' ? decodeUtf8(node.bytes) : '';
}

describe("the dialect of a tree's cc_x86", () => {
  const engines: readonly [string, NamedEngine, string | undefined][] = [
    ['the ports', PORTS, undefined],
    ['the ports beside the machine', portsAndMachine(), undefined],
    ['the ports for another architecture', PORTS, 'amd64'],
  ];
  it.each(engines)('is that of its source: %s', (_, engine, arch) => {
    plant();
    const files = tree();
    const options = { engine, script: 'kaem.x86', ...(arch !== undefined && { arch }) };
    expect(build(files, options).failures).toEqual([]);
    const code = textOf(files, '/x86/bin/program.M1');
    expect(code).toContain('xor_eax,ebx\n');
    expect(code).toContain('cmp\nsete_al\n');
    expect(code).toContain('mov_eax, %7\n');
  });

  it('is that of 1.9.0 for a source that is not known', () => {
    const files = tree();
    const { failures } = build(files, { engine: PORTS, script: 'kaem.x86' });
    expect(failures).toMatchObject([{ tool: 'cc_x86' }]);
  });

  it('is the same when a byte is explained', () => {
    plant();
    const files = tree();
    const explainer = Explainer.build(files, { script: 'kaem.x86' });
    const file = 'x86/bin/program.M1';
    const { end } = explainer.explain(file, textOf(files, `/${file}`).indexOf('xor_eax,ebx'));
    expect(end).toMatchObject({ kind: 'source', place: { file: 'program.c', line: 3 } });
  });
});

const releases = process.env['STAGE0_RELEASES'] ?? '';
const OLDER = ['1.6.0', '1.7.0', '1.8.0', '1.8.1'];
const there = OLDER.filter((name) => fs.existsSync(path.join(releases, name, COMPILER_SOURCE)));
if (there.length < OLDER.length) {
  const missing = OLDER.filter((name) => !there.includes(name)).join(', ');
  const why = 'STAGE0_RELEASES names no folder with them';
  console.warn(`\n*** DID NOT RUN: the first compiler of ${missing}. ${why}. ***\n`);
}

const HEX0 = `.${SEED} ./x86/hex0_x86.hex0 ./x86/artifact/hex0\n`;
/** How the command line of the last step up to the first M2-Planet ends. */
const LAST = ' ./x86/artifact/M2\n';

describe.each(there)('stage0-posix %s', (name) => {
  it('has the same first M2-Planet by our ports as by its own binaries', () => {
    const load = () => {
      const files = loadTree(path.join(releases, name));
      const whole = textOf(files, '/x86/mescc-tools-mini-kaem.kaem');
      const end = whole.indexOf(LAST);
      expect(end).toBeGreaterThan(0);
      const first = whole.slice(0, end) + LAST;
      files.writeFile('/first.kaem', encodeUtf8(HEX0 + first), 0o644);
      return files;
    };
    const engines = [PORTS, machineEngine()] as const;
    const { builds, divergence } = check(load, { engines, script: 'first.kaem', partial: true });
    expect(divergence).toBeUndefined();
    expect(builds.map(({ failures }) => failures)).toEqual([[], []]);
    expect(builds[0].artifacts.map(({ path: file }) => file)).toContain('x86/artifact/M2');
  });
});
