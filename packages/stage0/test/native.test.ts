// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * The small tree with `--engines ports,native`: what only this computer's kernel does is
 * seen as well.
 */

import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { portsAndMachine } from '@stage0-ts/stage0';
import { runsIf } from '@stage0-ts/vectors/test-support';
import { afterAll, describe, expect, it } from 'vitest';
import { nativeEngine } from '../src/node/native-engine.ts';
import { type Call, chmod, exit, guest, leave, mkdir, symlink, unlink } from './guests.ts';
import { judged, RM, said, type World } from './small-tree.ts';

const scratch = fs.mkdtempSync(path.join(os.tmpdir(), 'stage0-native-test-'));
afterAll(() => fs.rmSync(scratch, { recursive: true, force: true }));

/** True where the kernel runs i386 programs. */
const isNative = (() => {
  const program = path.join(scratch, 'probe');
  fs.writeFileSync(program, guest(exit(7)), { mode: 0o755 });
  return spawnSync(program).status === 7;
})();
runsIf(isNative, 'the engine native', 'This kernel runs no i386 programs');

const MKFIFO: Call = [14, 'x86/bin/pipe', 0o010644]; // mknod
const RMDIR: Call = [40, 'x86/empty'];

/** The tool rm, which also makes other calls. */
const rmAnd =
  (...more: Call[]) =>
  (world: World) => {
    world.files.createDirectories('/x86/empty');
    world.source('rm', guest(...RM, ...more));
  };

const natively = (plant: (world: World) => void) =>
  judged(plant, { engines: [portsAndMachine(), nativeEngine(20)] });

describe.skipIf(!isNative)('a build on a kernel', () => {
  it('agrees when the tree is honest', () => {
    const result = natively(() => {});
    expect(said(result)).toMatch(/^The builds agree: .* on this computer leave the same 4 files/);
    expect(result.verdict.kind).toBe('agree');
  });

  it.each<[string, Call[], RegExp]>([
    ['a file more', leave('x86/bin/evil', 'evil'), /only native leaves x86\/bin\/evil/],
    ['a source less', [unlink('x86/M1.hex0')], /x86\/M1\.hex0/],
    ['another mode', [chmod('x86/bin/match', 0o4755)], /x86\/bin\/match has the modes/],
    ['a folder more', [mkdir('x86/bin/hidden')], /only native leaves x86\/bin\/hidden/],
    ['a folder less', [RMDIR], /only ports leaves x86\/empty/],
    [
      'a link in place of a file',
      [unlink('x86/M1.hex0'), symlink('/etc/hostname', 'x86/M1.hex0')],
      /x86\/M1\.hex0 is a file with ports and a link with native/,
    ],
    [
      'a link in place of a folder',
      [RMDIR, symlink('/tmp', 'x86/empty')],
      /x86\/empty is a directory with ports and a link with native/,
    ],
    [
      'a folder in place of a file',
      [unlink('x86/M1.hex0'), mkdir('x86/M1.hex0')],
      /x86\/M1\.hex0 is a file with ports and a directory with native/,
    ],
  ])('P6 shows %s, in either order of the engines', (_, calls, says) => {
    const result = natively(rmAnd(...calls));
    expect(said(result)).toMatch(says);
    expect(result.verdict.kind).toBe('differ');
    const turned = judged(rmAnd(...calls), { engines: [nativeEngine(20), portsAndMachine()] });
    expect(turned.verdict.kind).toBe('differ');
  });

  it('cannot be compared where the tree starts a script', () => {
    const plant = (world: World) => {
      world.launcher('mkdir');
      world.append('./tools/mkdir x86/made');
    };
    const result = natively(plant);
    expect(said(result)).toMatch(/step 7 runs tools\/mkdir, which is not a program but a script/);
    expect(result.verdict.kind).toBe('cannot');
  });

  it('P6 does not wait for a pipe', () => {
    const result = natively(rmAnd(MKFIFO));
    expect(result.ok).toBe(false);
    expect(said(result)).toMatch(/x86\/bin\/rm/);
  });

  it('P7 ends a program that does not end', () => {
    const engines = [portsAndMachine(), nativeEngine(1)] as const;
    const endless = (world: World) => world.source('rm', guest([162, 0], [29])); // pause
    expect(() => judged(endless, { engines })).toThrow('the time is up (--time-limit)');
  });
});
