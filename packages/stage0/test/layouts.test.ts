// SPDX-License-Identifier: GPL-3.0-or-later
/** Layouts: recognised by what is in a tree, or named, and what a build gets of them. */
import fs from 'node:fs';
import path from 'node:path';
import { MemoryFiles } from '@stage0-ts/host/memory';
import {
  build,
  check,
  diverseEngine,
  LAYOUTS,
  layoutNamed,
  layoutOf,
  machineEngine,
  recipeOf,
} from '@stage0-ts/stage0';
import { describe, expect, it } from 'vitest';
import { loadTree } from '../src/node/load-tree.ts';
import { laidOut, layoutRecipe } from '../src/node/recipe-options.ts';
import { buildWords } from './build-words.ts';
import { guest, leave } from './guests.ts';
import { hex0, World } from './small-tree.ts';

function treeOf(...names: string[]): MemoryFiles {
  const files = new MemoryFiles();
  for (const name of names) {
    files.createDirectories(name.slice(0, name.lastIndexOf('/')) || '/');
    files.writeFile(name, new Uint8Array(), 0o644);
  }
  return files;
}

/** The small tree, in the layout of releases from the time of kaem.run. */
function olderWorld(): World {
  const world = new World();
  const script = `../bootstrap-seeds/POSIX/x86/hex0-seed hex0_x86.hex0 hex0\n./hex0 M1.hex0 ../bin/M1\n`;
  world.text('/x86/kaem.run', script);
  world.text('/x86/mescc-tools-mini-kaem.kaem', '');
  world.text('/bin/placeholder', 'keeps the folder\n');
  world.files.remove('/kaem.x86');
  world.withdraw('x86/artifact/hex0');
  world.withdraw('x86/bin/M1');
  world.publish('x86/hex0', hex0);
  return world;
}

const SHELL = '/bootstrap-seeds/POSIX/x86/kaem-optional-seed';

describe('the layout of a tree', () => {
  it.each([
    ['stage0-posix', 'x86', ['/kaem.x86', '/x86/kaem.run', '/x86/mescc-tools-mini-kaem.kaem']],
    ['stage0-posix', 'amd64', ['/kaem.amd64']],
    ['kaem.run', 'x86', ['/x86/kaem.run', '/x86/mescc-tools-mini-kaem.kaem']],
    ['kaem.run', 'aarch64', ['/AArch64/kaem.run', '/AArch64/mescc-tools-mini-kaem.kaem']],
    [
      'stagex',
      'x86',
      [
        '/build/seed.kaem',
        '/hex0-seed',
        '/x86/hex0_x86.hex0',
        '/x86/kaem.run',
        '/x86/mescc-tools-mini-kaem.kaem',
      ],
    ],
    ['mescc-tools.kaem', 'x86', ['/x86/kaem.run', '/x86/mescc-tools.kaem']],
    ['kaem.run-1.1', 'amd64', ['/AMD64/kaem.run', '/AMD64/hex0-seed']],
    ['kaem.run-1.0', 'x86', ['/kaem.run', '/hex0-seed', '/cc_x86.M1']],
    [undefined, 'amd64', ['/kaem.x86']],
    [undefined, 'x86', ['/x86/kaem.run']],
  ])('is %s for %s by its files', (name, arch, files) => {
    expect(layoutOf(treeOf(...files), arch)?.name).toBe(name);
  });

  it('says what runs where, in which world', () => {
    expect(recipeOf(layoutNamed('kaem.run'), 'amd64')).toEqual({
      script: 'kaem.run',
      directory: '/AMD64',
      shell: 'seed',
      environment: ['LANG=C'],
    });
    expect(recipeOf(layoutNamed('stage0-posix'), 'x86')).not.toHaveProperty('script');
    expect(recipeOf(layoutNamed('stagex'), 'x86').environment).toContain('M2LIBC_PATH=/M2libc');
  });

  it('has a name that a user can type', () => {
    const files = treeOf('/a');
    const own = recipeOf(layoutNamed('stagex'), 'x86');
    expect(layoutRecipe(buildWords('--layout', 'stagex'), files)).toEqual(own);
    const names = LAYOUTS.map(({ name }) => name).join(', ');
    expect(() => layoutRecipe(buildWords('--layout', 'no'), files)).toThrow(names);
    const both = buildWords('--layout', 'stagex', '--script', 'mine');
    expect(() => layoutRecipe(both, files)).toThrow(/--script of its own/);
  });

  it('yields to the command line', () => {
    const files = treeOf('/x86/kaem.run', '/x86/mescc-tools-mini-kaem.kaem');
    const more = ['--env', 'A=b', '--cwd', '/other', '--shell', 'kaem'];
    const recipe = layoutRecipe(buildWords(...more), files);
    expect(recipe).toEqual({
      script: 'kaem.run',
      directory: '/other',
      shell: 'kaem',
      environment: ['LANG=C', 'A=b'],
    });
    expect(layoutRecipe(buildWords(...more, '--script', 'mine'), files)).toMatchObject({
      script: 'mine',
      environment: ['A=b'],
    });
  });
});

describe('a tree that holds stage0-posix', () => {
  /** The small tree, in the layout of live-bootstrap. */
  const holding = (path: string, world = new World()) => {
    const files = new MemoryFiles();
    files.createDirectories(path.slice(0, path.lastIndexOf('/')));
    const above = files.get(path.slice(0, path.lastIndexOf('/')));
    if (above.kind === 'directory')
      above.entries.set(path.split('/').at(-1) ?? '', world.files.root);
    files.writeFile('/README.rst', new Uint8Array(), 0o644);
    return files;
  };

  it.each([
    '/seed/stage0-posix',
    '/sysa/stage0-posix/src',
    '/sysa/mescc-tools-seed/src/mescc-tools-seed',
  ])('is that which is in %s', (path) => {
    const { files, recipe, layout } = laidOut(buildWords(), holding(path));
    expect(layout).toBe(`stage0-posix, in ${path.slice(1)}`);
    expect(build(files, { ...recipe, engine: machineEngine() })).toMatchObject({ ok: true });
    expect(laidOut(buildWords(), holding(path, olderWorld())).layout).toMatch(/^kaem\.run, in /);
  });

  it('is used itself if it has a layout, or if a script is given', () => {
    const files = holding('/seed/stage0-posix');
    files.writeFile('/kaem.x86', new Uint8Array(), 0o644);
    expect(laidOut(buildWords(), files)).toMatchObject({ layout: 'stage0-posix', files });
    const other = holding('/seed/stage0-posix');
    const mine = laidOut(buildWords('--script', 'mine.kaem', '--cwd', '/seed'), other);
    expect(mine).toMatchObject({ layout: 'your own: mine.kaem in /seed', files: other });
  });

  it('says what is missing of a clone without submodules', () => {
    const files = new MemoryFiles();
    files.createDirectories('/seed/stage0-posix');
    const { layout, recipe } = laidOut(buildWords(), files);
    expect(layout).toBe('unknown');
    expect(() => build(files, recipe)).toThrow(/live-bootstrap without its submodules/);
  });
});

describe('a tree of another layout', () => {
  const load = () => olderWorld().files;

  it('builds and is checked without a word about the option', () => {
    const recipe = layoutRecipe(buildWords(), load());
    const engines = [diverseEngine(), machineEngine()] as const;
    const { verdict, builds } = check(load, { ...recipe, engines });
    expect([verdict.kind, verdict.sentence]).toEqual(['agree', expect.any(String)]);
    expect(builds[0].makers.has('/bin/M1')).toBe(true);
  });

  it('begins with the shell that came with the tree, a program like any other', () => {
    const { files } = olderWorld();
    files.createDirectories(path.dirname(SHELL));
    files.writeFile(SHELL, guest(...leave('said', 'by the seed')), 0o755);
    const recipe = layoutRecipe(buildWords(), files);
    const { processes, shell } = build(files, { ...recipe, engine: machineEngine() });
    const first = { path: SHELL, argv: [SHELL, 'kaem.run'], directory: '/x86', nature: 'machine' };
    expect(processes).toMatchObject([first]);
    expect(shell).toBeUndefined();
    expect(files.find('/x86/said')?.kind).toBe('file');
  });

  it('has texts in its answers that nothing makes; a program that nothing makes is not right', () => {
    for (const [mode, verdict, ok] of [
      [0o644, 'given', true],
      [0o755, 'not-made', false],
    ] as const) {
      const world = olderWorld();
      const node = world.files.get('/bin/placeholder');
      if (node.kind === 'file') {
        node.mode = mode;
        world.publish('bin/placeholder', node.bytes);
      }
      const result = build(world.files, layoutRecipe(buildWords(), world.files));
      const found = result.artifacts.find((one) => one.path === 'bin/placeholder');
      expect([found?.verdict, result.ok]).toEqual([verdict, ok]);
    }
  });
});

const RELEASES = process.env['STAGE0_RELEASES'];
if (RELEASES === undefined) {
  console.warn(
    '\n*** DID NOT RUN: the layout of releases up to 1.4. Set STAGE0_RELEASES to a folder with trees 1.3, 1.4, … ***\n',
  );
}
/** Each has a file of the last repository that such a tree needs: 1.3 also builds mes-m2. */
const old = ['1.3/mes-m2/include/m2/lib.h', '1.4/mescc-tools-extra/catm.c']
  .filter((file) => RELEASES !== undefined && fs.existsSync(path.join(RELEASES, file)))
  .map((file) => file.slice(0, file.indexOf('/')));

describe.skipIf(RELEASES === undefined)('releases of the layout kaem.run', () => {
  it('are there', () => expect(old).not.toEqual([]));

  it.each(old)('%s is checked without options', (name) => {
    const files = () => loadTree(path.join(RELEASES as string, name));
    const recipe = layoutRecipe(buildWords(), files());
    const { verdict } = check(files, { ...recipe, engines: [diverseEngine(), machineEngine()] });
    expect([verdict.kind, verdict.reasons]).toEqual(['agree', []]);
  });
});
