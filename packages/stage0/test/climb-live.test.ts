// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * The real climb: live-bootstrap's checkout and its archives, in both worlds, compared.
 *
 * LIVE_BOOTSTRAP is the checkout, LIVE_BOOTSTRAP_DISTFILES the folder of archives,
 * LIVE_BOOTSTRAP_ACCEPT a list of NAME=SHA256 for `--accept-source`. A checkout without submodules
 * takes stage0 from STAGE0_POSIX. STAGE0_CLIMB is the last package, or `tcc` or `bash`; by default
 * it is mes, which takes a quarter of an hour in each world.
 */
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';

const STAGE0 = new URL('../dist/bin/stage0.js', import.meta.url).pathname;
const { env } = process;
const CHECKOUT = env['LIVE_BOOTSTRAP'];
const DISTFILES = env['LIVE_BOOTSTRAP_DISTFILES'];
const GOALS: Readonly<Record<string, string>> = {
  mes: 'mes-0.27.1',
  tcc: 'tcc-0.9.27',
  bash: 'bash-2.05b',
};
const goal = env['STAGE0_CLIMB'] ?? 'mes';
const until = GOALS[goal] ?? goal;
/** flex-2.6.4 needs logarithms. */
const isFar = !Object.values(GOALS).includes(until);
const isHere = CHECKOUT !== undefined && DISTFILES !== undefined;

if (!isHere) {
  console.warn(
    '\n*** DID NOT RUN: the climb of live-bootstrap. Set LIVE_BOOTSTRAP to a checkout and LIVE_BOOTSTRAP_DISTFILES to its archives (docs/climb.md). ***\n',
  );
}

/** How many milliseconds one world may take: a day. */
const LONG = 86_400_000;

const worlds = fs.mkdtempSync(path.join(os.tmpdir(), 'climb-live-'));
afterAll(() => fs.rmSync(worlds, { recursive: true }));

function climb(engine: string, ...words: string[]): { status: number | null; stdout: string } {
  const accept = (env['LIVE_BOOTSTRAP_ACCEPT'] ?? '').split(' ').filter((word) => word !== '');
  const stage0 = env['STAGE0_POSIX'];
  const args = [
    ...[STAGE0, 'climb', CHECKOUT as string, '--distfiles', DISTFILES as string],
    ...['--engine', engine, '--until', until],
    ...accept.flatMap((word) => ['--accept-source', word]),
    ...(stage0 === undefined ? [] : ['--stage0', stage0]),
    ...(isFar ? ['--round-functions'] : []),
    ...words,
  ];
  const { status, stdout, stderr } = spawnSync(process.execPath, args, {
    encoding: 'utf8',
    maxBuffer: 1 << 28,
  });
  console.log(`${engine}\n${stdout}${stderr}`);
  return { status, stdout };
}

describe.skipIf(!isHere)(`live-bootstrap up to ${until}`, () => {
  it('matches every published digest with the machine, and in the diverse world', {
    timeout: 2 * LONG,
  }, () => {
    for (const engine of ['i386', 'diverse']) {
      const { status, stdout } = climb(engine, '--save', path.join(worlds, engine));
      expect([engine, status]).toEqual([engine, 0]);
      expect(stdout).toMatch(/^stage0-posix: 19 of 19 published digests/m);
      expect(stdout).toContain(`ok: climbed to ${until}, `);
      for (const [, met, all] of stdout.matchAll(/: (\d+) of (\d+) published/g)) {
        expect(met).toBe(all);
      }
    }
  });

  it('is the same in both, name by name', { timeout: LONG }, () => {
    const words = [
      '--resume',
      path.join(worlds, 'i386'),
      '--against',
      path.join(worlds, 'diverse'),
    ];
    const { status, stdout } = climb('i386', ...words);
    expect(stdout).toMatch(/^ok: i386 and diverse climbed to .* and made the same: /m);
    expect(status).toBe(0);
  });
});
