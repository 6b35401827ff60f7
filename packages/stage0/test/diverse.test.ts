// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * The diverse engine on a small tree of the shape of an older release: a compiler in C, of a dialect that our port of
 * cc_x86 does not follow, which the tree compiles and then runs.
 */
import path from 'node:path';
import { decodeUtf8, encodeUtf8 } from '@stage0-ts/bytes';
import { compile } from '@stage0-ts/cc-x86';
import type { Engine } from '@stage0-ts/host/memory';
import {
  check,
  checkDocument,
  checkText,
  chooseEngine,
  diverseEngine,
  machineEngine,
  type NamedEngine,
} from '@stage0-ts/stage0';
import { describe, expect, it } from 'vitest';
import { loadTree } from '../src/node/load-tree.ts';
import { guest, leave, listing, RESULT } from './guests.ts';
import { ladder, SCRIPT, tree } from './older-tree.ts';
import type { World } from './small-tree.ts';

/**
 * The tree's own chain. Its cc_x86 is a launcher, and our port of it does not know the older dialect: constants in
 * comments are told to it in its own way.
 */
const machine = machineEngine();
const older: NamedEngine = {
  ...machine,
  run: (image, argv, host) => {
    if (!image.path.endsWith('/cc_x86')) return machine.run(image, argv, host);
    const [, input = '', output = ''] = argv;
    const source = decodeUtf8(host.readFile(input));
    const known = source.replace(/^\/\/ CONSTANT (\w+) (\d+)$/gm, 'enum { $1 = $2 };');
    host.writeFile(output, compile(encodeUtf8(known)), 0o600);
    return { kind: 'exited', status: 0 };
  },
};

describe('the diverse engine', () => {
  it('agrees with the chain of the tree in all that its first compiler makes', () => {
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

  it('sees what a program does that its compiler has put something into', () => {
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

describe('a program of the tree that is called as an unpacker', () => {
  it('makes no source of a binary that came with the tree', () => {
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
      // It reads the blob, and leaves the program as text that hex0 takes.
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
  it('is our ports where nothing of a release is in the tree', () => {
    expect(chooseEngine(tree())).toMatchObject({ engine: 'diverse' });
    expect(chooseEngine(loadTree(path.join(ladder.pathname)))).toMatchObject({ engine: 'ports' });
  });

  const TREE = process.env['STAGE0_POSIX'];
  it.skipIf(TREE === undefined)(
    'is our ports for the release, and diverse for a changed one',
    () => {
      const files = loadTree(TREE as string);
      expect(chooseEngine(files)).toMatchObject({ engine: 'ports', unfollowed: [] });
      const source = files.get('/mescc-tools/blood-elf.c');
      if (source.kind === 'file') source.bytes = encodeUtf8('int main() { return 0; }\n');
      expect(chooseEngine(files)).toMatchObject({ engine: 'diverse', unfollowed: ['blood-elf'] });
    },
  );
});
