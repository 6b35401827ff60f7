// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * The diverse engine on a small tree of the shape of an older release: a compiler in C, of a
 * dialect that our port of cc_x86 does not follow, which the tree compiles and then runs.
 */
import path from 'node:path';
import { decodeUtf8, encodeUtf8 } from '@stage0-ts/bytes';
import { ccX86For } from '@stage0-ts/cc-x86';
import type { Engine } from '@stage0-ts/host/memory';
import { sha256Hex } from '@stage0-ts/mescc-tools-extra';
import {
  build,
  check,
  checkDocument,
  checkText,
  chooseEngine,
  diverseEngine,
  exactEngine,
  type NamedEngine,
} from '@stage0-ts/stage0';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { COMPILER_DIALECTS, COMPILER_SOURCE } from '../src/compiler-dialects.ts';
import { loadTree } from '../src/node/load-tree.ts';
import { guest, leave, listing, RESULT } from './guests.ts';
import { COMPILER, ladder, machine, older, SCRIPT, tree } from './older-tree.ts';
import type { World } from './small-tree.ts';

describe('the diverse engine', () => {
  it('agrees with the chain of the tree in everything that its first compiler makes', () => {
    const result = check(tree, {
      engines: [diverseEngine(), older],
      script: 'kaem.x86',
      partial: true,
    });
    expect(checkText(checkDocument(result, { tree: 'tree' }))).toMatch(/ok\n$/);
    const others = result.otherCode.map(({ path: name }) => path.basename(name));
    expect(others).toEqual(['M2.M1', 'M2-0.M1', 'M2-0.hex2', 'M2-1.hex2', 'M2']);
    expect(result.coverage.descendants).toBe(1);
    expect(result.verdict.notes.join()).toContain('other code by design, from step 2 on');
  });

  it('sees what a program does if its compiler has put something into it', () => {
    const trapped: Engine = (image, argv, host) => {
      const end = older.run(image, argv, host);
      if (image.path.endsWith('/M0')) {
        const output = argv[2] as string;
        const bytes = host.readFile(output).slice();
        const at = Buffer.from(bytes).indexOf('23'); // the `#` of `# Core`, as hexadecimal digits
        bytes[at + 1] = (bytes[at + 1] as number) + 1;
        host.writeFile(output, bytes, 0o600);
      }
      return end;
    };
    const engines = [diverseEngine(), { ...older, run: trapped }] as const;
    const { divergence, verdict } = check(tree, { engines, script: 'kaem.x86', partial: true });
    expect(divergence).toMatchObject({ step: 7, file: 'x86/bin/result' });
    expect(verdict.kind).toBe('differ');
  });

  it('refuses a program that came with the tree, under whatever name', () => {
    const evil = guest(...leave('x86/bin/result', 'evil'));
    const cached = (world: World) => {
      world.program('/cached', evil);
      world.launcher('cp');
      world.script(`${SCRIPT}./cached\n`);
    };
    const engines = [diverseEngine(), older] as const;
    const options = { engines, script: 'kaem.x86', partial: true, trust: ['cached'] };
    const { builds, verdict } = check(() => tree(cached), options);
    expect(builds[0].processes.at(-1)).toMatchObject({ path: '/cached', refused: true });
    expect(verdict.kind).not.toBe('agree');
  });
});

describe('a program that came from a binary of the tree', () => {
  const evil = guest(...leave('x86/bin/result', 'evil'));
  const HALF = 40;
  const halves = (world: World) => {
    world.text('/cached/a', evil.slice(0, HALF));
    world.text('/cached/b', evil.slice(HALF));
    world.launcher('cp');
  };
  /** The first M2's file is already executable, and remains so. */
  const M2 = 'x86/artifact/M2';
  const ways: [string, string][] = [
    ['joined', `./tools/catm-minimal ${M2} cached/a cached/b\n`],
    [
      'joined in two steps',
      `./tools/catm-minimal x86/one cached/a\n./tools/catm-minimal x86/two x86/one cached/b\n./tools/cp x86/two ${M2}\n`,
    ],
  ];
  it.each(ways)('is not run: %s', (_, join) => {
    const plant = (world: World) => {
      halves(world);
      world.script(`${SCRIPT}${join}./${M2} x86/M2.c x86/bin/result\n`);
    };
    const trust = ['cached/a', 'cached/b'];
    const options = { engines: [diverseEngine(), older] as const, script: 'kaem.x86', trust };
    const { builds, verdict } = check(() => tree(plant), { ...options, partial: true });
    const [ours, theirs] = builds.map(({ processes }) => processes.at(-1));
    expect(ours).toMatchObject({ path: `/${M2}`, refused: true });
    expect(decodeUtf8(ours?.stderr.bytes ?? new Uint8Array())).toMatch(
      /came from a binary that came with the tree \(cached\/a, cached\/b\)/,
    );
    expect(theirs).toMatchObject({ path: `/${M2}`, end: { kind: 'exited', status: 0 } });
    expect(verdict.kind).toBe('cannot');
  });

  it('is not run by a build alone', () => {
    const files = tree((world) => {
      halves(world);
      world.script(`${SCRIPT}${ways[0]?.[1]}./${M2} x86/M2.c x86/bin/result\n`);
    });
    const { ok, processes } = build(files, { engine: diverseEngine(), script: 'kaem.x86' });
    expect([ok, processes.at(-1)?.refused]).toEqual([false, true]);
    const node = files.find('/x86/bin/result');
    expect(node?.kind === 'file' && decodeUtf8(node.bytes)).toBe(`# Core\n${COMPILER}`);
  });

  it('is run where the data are text, which is source', () => {
    const plant = (world: World) => {
      world.text('/x86/mine.hex0', listing(guest(...leave('x86/bin/mine', 'mine'))));
      world.script(`${SCRIPT}./x86/artifact/hex0 x86/mine.hex0 x86/bin/other\n./x86/bin/other\n`);
    };
    const files = tree(plant);
    expect(build(files, { engine: diverseEngine(), script: 'kaem.x86' }).failures).toEqual([]);
    expect(files.find('/x86/bin/mine')?.kind).toBe('file');
  });
});

describe('the exact engine', () => {
  const COMPILER_TEXT = '; cc_x86 of our own\n';
  const table = COMPILER_DIALECTS as Map<string, string>;
  const digest = sha256Hex(encodeUtf8(COMPILER_TEXT));
  beforeAll(() => table.set(digest, '1.6.0'));
  afterAll(() => table.delete(digest));

  const load = () =>
    tree((world) => {
      world.text(`/${COMPILER_SOURCE}`, COMPILER_TEXT);
      const node = world.files.get('/x86/libc.M1');
      if (node.kind === 'file') {
        node.bytes = encodeUtf8(`DEFINE cmp 39C3\n${decodeUtf8(node.bytes)}`);
      }
    });
  const compiler = ccX86For('1.6.0');
  /** The tree's own chain, with a change to the code that its cc_x86 makes. */
  const chain = (spoil: (code: string) => string): NamedEngine => ({
    ...machine,
    run: (image, argv, host) => {
      if (!image.path.endsWith('/cc_x86')) return machine.run(image, argv, host);
      const status = compiler(argv, host);
      const output = argv[2] as string;
      host.writeFile(output, encodeUtf8(spoil(decodeUtf8(host.readFile(output)))), 0o600);
      return { kind: 'exited', status };
    },
  });
  const checked = (first: NamedEngine, spoil: (code: string) => string) =>
    check(load, { engines: [first, chain(spoil)], script: 'kaem.x86', partial: true });

  it('is chosen for a cc_x86 that the port follows, and has every file the same', () => {
    expect(chooseEngine(load())).toMatchObject({ engine: 'exact', partner: 'i386' });
    const { otherCode, builds, verdict } = checked(exactEngine(), (code) => code);
    expect([verdict.kind, verdict.reasons, otherCode]).toEqual(['agree', [], []]);
    const [ours, theirs] = builds.map(({ artifacts }) => artifacts.map(({ sha256 }) => sha256));
    expect(ours).toEqual(theirs);
    expect(builds[0].processes[1]).toMatchObject({ tool: 'cc_x86', nature: 'port' });
    expect(builds[0].processes.at(-1)).toMatchObject({ nature: 'descendant' });
  });

  it('sees what a trap in cc_x86 changes, where the diverse build sees what that does', () => {
    // Code that nothing runs: a back door for later.
    const spoil = (code: string) => `${code}:door\nret\n`;
    const { divergence } = checked(exactEngine(), spoil);
    expect(divergence).toMatchObject({ step: 2, file: 'x86/artifact/M2.M1' });
    expect(checked(diverseEngine(), spoil).divergence).toBeUndefined();
  });

  it('does not see a trap that our port of cc_x86 has as well: the diverse build does', () => {
    const spoil = (code: string) => code.replace('"# Core', '"; Core');
    const { run } = chain(spoil);
    const { forTree: _, ...engine } = exactEngine();
    const trapped: NamedEngine = {
      ...engine,
      run: (image, ...rest) => (image.path.endsWith('/cc_x86') ? run : engine.run)(image, ...rest),
    };
    expect(checked(trapped, spoil).divergence).toBeUndefined();
    const { divergence } = checked(diverseEngine(), spoil);
    expect(divergence).toMatchObject({ step: 7, file: 'x86/bin/result' });
  });

  it('does not run for another cc_x86', () => {
    const build = () => check(tree, { engines: [exactEngine(), older], script: 'kaem.x86' });
    expect(build).toThrow(/does not follow x86\/cc_x86\.M1 of this tree.*diverse,i386/);
  });
});

describe('a program of the tree that is called as an unpacker', () => {
  it('does not turn a binary that came with the tree into a source', () => {
    const evil = guest(...leave('x86/bin/evil', 'evil'));
    const plant = (world: World) => {
      world.text('/blob', Uint8Array.of(...evil).reverse());
      world.script(
        `${SCRIPT}./x86/artifact/hex0 x86/untar.hex0 x86/bin/untar
./x86/bin/untar blob
./x86/artifact/hex0 blob.hex0 x86/bin/generate
./x86/bin/generate
`,
      );
      // It reads the blob, and leaves the program as text that hex0 accepts.
      const readBlob = [[5, 'blob', 0, 0] as const, [3, RESULT, 'buffer', 1] as const];
      world.source('untar', guest(...readBlob, ...leave('blob.hex0', listing(evil))));
    };
    const engines = [diverseEngine(), older] as const;
    const options = { engines, script: 'kaem.x86', partial: true };
    const { verdict, trusted } = check(() => tree(plant), options);
    expect(trusted.find(({ path: name }) => name === 'blob')).toMatchObject({
      standing: 'unknown',
      program: 'x86/bin/generate',
    });
    expect(verdict.kind).toBe('cannot');
  });
});

describe('the choice of the engines', () => {
  it('is our ports if the tree has nothing of a release', () => {
    expect(chooseEngine(tree())).toMatchObject({ engine: 'diverse' });
    expect(chooseEngine(loadTree(path.join(ladder.pathname)))).toMatchObject({ engine: 'ports' });
  });

  const TREE = process.env['STAGE0_POSIX'];
  it.skipIf(TREE === undefined)(
    'is our ports for the release, and another for a changed one',
    () => {
      const files = loadTree(TREE as string);
      expect(chooseEngine(files)).toMatchObject({ engine: 'ports', unfollowed: [] });
      const source = files.get('/mescc-tools/blood-elf.c');
      if (source.kind === 'file') source.bytes = encodeUtf8('int main() { return 0; }\n');
      expect(chooseEngine(files)).toMatchObject({ engine: 'exact', unfollowed: ['blood-elf'] });
      const compiler = files.get(`/${COMPILER_SOURCE}`);
      if (compiler.kind === 'file') compiler.bytes = encodeUtf8('; another\n');
      const unfollowed = ['cc_x86', 'blood-elf'];
      expect(chooseEngine(files)).toMatchObject({ engine: 'diverse', unfollowed });
    },
  );
});
