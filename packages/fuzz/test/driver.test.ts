// SPDX-License-Identifier: GPL-3.0-or-later
/** The driver finds what it is there to find. */
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fuzz, LANGUAGES, type Language, saveFind } from '@stage0-ts/fuzz';
import type { Outcome } from '@stage0-ts/vectors/run';
import { afterEach, expect, it } from 'vitest';
import { difference } from '../src/compare.ts';
import { errorMessage, knownDifferences } from '../src/known-differences.ts';

const language = (name: string) => LANGUAGES.find((one) => one.name === name) as Language;
const outcome = (parts: Partial<Outcome>): Outcome => ({
  end: 0,
  stdout: '',
  stderr: '',
  changes: new Map(),
  ...parts,
});
const file = (text: string, mode = 0o700) =>
  new Map([['out', { kind: 'file' as const, mode, bytes: Buffer.from(text) }]]);
const refusal = outcome({ end: 1, stderr: 'in:1:1: error: undefined label\n' });

const scratch = fs.mkdtempSync(path.join(os.tmpdir(), 'stage0-fuzz-test-'));
afterEach(() => fs.rmSync(scratch, { recursive: true, force: true }));

it('sees other bytes, other modes, other output, another end', () => {
  const differs = (ours: Partial<Outcome>) =>
    difference(outcome({ stdout: 'a', changes: file('A') }), outcome(ours), false);
  expect(differs({ stdout: 'a', changes: file('A') })).toBeUndefined();
  expect(differs({ stdout: 'a', changes: file('B') })).toBe('out differs');
  expect(differs({ stdout: 'a', changes: file('A', 0o600) })).toBe('out differs');
  expect(differs({ stdout: 'a' })).toBe('out differs');
  expect(differs({ stdout: 'b', changes: file('A') })).toBe('standard output differs');
  expect(differs({ ...refusal })).toBe('upstream exits 0, ours 1');
});

it('wants a clean error and untouched files where upstream fails in whatever way', () => {
  for (const end of [1, 'signal 11', 'hang']) {
    const upstream = outcome({ end, changes: file('') });
    expect(difference(upstream, refusal, false)).toBeUndefined();
    expect(difference(upstream, outcome({}), false)).toBe(
      `upstream ends with ${end}, ours exits 0`,
    );
    expect(difference(upstream, { ...refusal, changes: file('') }, false)).toMatch(
      /leaves out changed/,
    );
    expect(difference(upstream, { ...refusal, stderr: '' }, false)).toMatch(/without an error/);
  }
});

it('wants the same of a shell whose script fails, unless upstream crashed', () => {
  const upstream = outcome({ end: 1, stdout: 'a\n' });
  expect(difference(upstream, outcome({ end: 1, stdout: 'a\n' }), true)).toBeUndefined();
  expect(difference(upstream, outcome({ end: 1 }), true)).toBe('standard output differs');
  expect(difference(upstream, outcome({ end: 2, stdout: 'a\n' }), true)).toBe('exit 1, ours 2');
  expect(difference({ ...upstream, end: 'hang' }, outcome({ end: 1 }), true)).toBeUndefined();
});

it('explains a refusal by the known difference whose case has the same error', () => {
  const known = knownDifferences('hex1');
  const message = (text: string) => known.get(errorMessage(`in:7:9: error: ${text}\n  frame\n`));
  expect(message('the file ends where a label is expected')).toBe('reference-cut-off');
  expect(message('the file ends within a comment')).toBeUndefined();
  expect(errorMessage('in:1:1: error: a name of 4096 bytes\n')).toBe('a name of # bytes');
});

it('makes a find small, and the folder of it is a case', () => {
  // Upstream's program is replaced by one that does nothing: the outcomes differ for every program
  // with a pair of digits.
  const native = () => ({ file: '/bin/true', arguments: [] });
  const { finds, accepted } = fuzz(language('hex0'), { count: 3, seed: 5, native });
  expect([finds.length, accepted]).toEqual([3, 3]);
  const [find] = finds as [(typeof finds)[0]];
  expect(find).toMatchObject({ seed: 5, what: 'out differs' });
  expect(find.program.input.get('in')?.length).toBeLessThan(4);
  const place = saveFind(find, scratch);
  expect(fs.readFileSync(path.join(place, 'input/in'))).toEqual(
    Buffer.from(find.program.input.get('in') as Uint8Array),
  );
  const settings = JSON.parse(fs.readFileSync(path.join(place, 'case.json'), 'utf8'));
  expect(settings).toMatchObject({ about: 'Seed 5: out differs', arguments: ['in', 'out'] });
});

it('makes the same programs from the same seeds', () => {
  const native = () => ({ file: '/bin/true', arguments: [] });
  const run = () => fuzz(language('hex1'), { count: 3, seed: 9, native });
  expect(run()).toEqual(run());
});
