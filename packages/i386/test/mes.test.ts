// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * GNU Mes, as live-bootstrap makes it with stage0's tools, on this kernel and in the machine:
 * Scheme programs with equal output. I386_MES names the tree of mes-0.27.1 in which it was made.
 * Translated only: the interpreter alone takes many minutes.
 */
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { MemoryFiles } from '@stage0-ts/host/memory';
import { i386Engine } from '@stage0-ts/i386';
import { runsIf } from '@stage0-ts/vectors/test-support';
import { describe, expect, it } from 'vitest';
import { runInWorld, statusOf } from './world.ts';

const tree = process.env['I386_MES'];
const present = runsIf(
  tree !== undefined,
  'GNU Mes in the i386 machine',
  'Set I386_MES to the folder of mes-0.27.1 in which mes-m2 was made (bin, mes, module)',
);
const TIMEOUT = 300_000;

const PROGRAMS: readonly (readonly [name: string, text: string])[] = [
  ['a greeting', "(display 'Hello,M2-mes!)"],
  ['a loop', '(let loop ((i 0) (s 0)) (if (< i 1000) (loop (+ i 1) (+ s (* i i))) (display s)))'],
  ['lists and strings', '(display (map (lambda (x) (string-append x "!")) (list "a" "b")))'],
  ['an error', '(car 1)'],
];

/** The environment that mes needs, with the tree at `prefix`. */
const environment = (prefix: string): string[] => [
  `MES_PREFIX=${prefix}`,
  'MES_ARENA=20000000',
  'MES_MAX_ARENA=20000000',
  'MES_STACK=6000000',
  `GUILE_LOAD_PATH=${prefix}/mes/module:${prefix}/module`,
];

/** The folders of the tree that a run needs, at /mes. */
function world(): MemoryFiles {
  const files = new MemoryFiles();
  for (const name of ['bin', 'mes', 'module']) copy(join(tree as string, name), `/mes/${name}`);
  return files;

  function copy(from: string, to: string): void {
    files.createDirectories(to);
    for (const name of readdirSync(from)) {
      const [source, target] = [join(from, name), `${to}/${name}`];
      // Some are links to others.
      if (statSync(source).isDirectory()) copy(source, target);
      else files.writeFile(target, readFileSync(source), 0o755);
    }
  }
}

describe.runIf(present)('mes-m2', () => {
  const engine = i386Engine();
  it.each(PROGRAMS)('%s', { timeout: TIMEOUT }, (_, text) => {
    const argv = ['mes-m2', '-c', text];
    const path = join(tree as string, 'bin/mes-m2');
    const env = Object.fromEntries(
      environment(tree as string).map((entry) => entry.split('=', 2) as [string, string]),
    );
    const native = spawnSync(path, argv.slice(1), { argv0: 'mes-m2', env });
    const inMemory = { files: world(), engine };
    const ours = runInWorld(inMemory, '/mes/bin/mes-m2', argv, environment('/mes'));
    expect(native.error).toBeUndefined();
    expect(ours.status).toEqual(statusOf(native));
    expect(Buffer.from(ours.stdout).toString()).toBe(native.stdout.toString());
  });
});
