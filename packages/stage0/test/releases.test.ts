// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * Trees of test-vectors/releases in the folder that STAGE0_RELEASES names: a fresh check agrees,
 * and its files have the digests that are recorded there.
 */
import fs from 'node:fs';
import { readAnswers } from '@stage0-ts/stage0';
import { describe, expect, it } from 'vitest';
import { checkRelease, releaseTrees } from './release-trees.ts';

const recordings = new URL('../../../test-vectors/releases/', import.meta.url);
const page = fs.readFileSync(new URL('../../../docs/releases.md', import.meta.url), 'utf8');
const names = fs.readdirSync(recordings).map((file) => file.replace(/\.sha256$/, ''));
const digestsOf = (file: URL) => readAnswers(fs.readFileSync(file), file.pathname);

describe('the recorded digests', () => {
  it('are of the trees that agree in the table, and of no other', () => {
    const rows = page.split('\n').map((line) => line.split(' | '));
    const agree = rows.filter((cells) => cells[5] === 'agree').map(([first]) => first?.slice(2));
    expect(agree.length).toBeGreaterThan(5);
    expect(names.sort()).toEqual(agree.sort());
  });

  it('are those of a native build, where one was recorded', () => {
    const native = new URL('../digests/stage0-posix-1.9.1.x86.sha256', recordings);
    expect(digestsOf(new URL('1.9.1.sha256', recordings))).toEqual(digestsOf(native));
  });
});

describe.each(releaseTrees('a check of each release', names))('$name', ({ name, load, recipe }) => {
  it('agrees, and leaves what is recorded', { timeout: 600_000 }, () => {
    const { builds, otherCode, verdict } = checkRelease(load(), recipe);
    expect(verdict).toMatchObject({ kind: 'agree' });
    const recorded = digestsOf(new URL(`${name}.sha256`, recordings));
    const other = new Set(otherCode.map(({ path }) => path));
    const made = builds.map(({ artifacts }) => new Map(artifacts.map((one) => [one.path, one])));
    for (const artifacts of made) {
      expect([...artifacts.keys()].sort()).toEqual([...recorded.keys()].sort());
    }
    for (const [path, sha256] of recorded) {
      const [ours, theirs] = made.map((artifacts) => artifacts.get(path)?.sha256);
      expect([path, theirs]).toEqual([path, sha256]);
      if (!other.has(path)) expect([path, ours]).toEqual([path, sha256]);
    }
  });
});
