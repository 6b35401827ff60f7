// SPDX-License-Identifier: GPL-3.0-or-later
/** The whole x86 chain of the release that STAGE0_POSIX names: a tarball or a folder. */
import fs from 'node:fs';
import { build, readAnswers } from '@stage0-ts/stage0';
import { describe, expect, it } from 'vitest';
import { loadTree } from '../src/node/load-tree.ts';

const TREE = process.env['STAGE0_POSIX'];
const digests = new URL('../../../test-vectors/digests/', import.meta.url);
const read = (name: string) => fs.readFileSync(new URL(`stage0-posix-1.9.1.x86.${name}`, digests));

if (TREE === undefined) {
  console.warn(
    '\n*** DID NOT RUN: the x86 chain of stage0-posix 1.9.1. Set STAGE0_POSIX to its tarball or folder. ***\n',
  );
}

describe.skipIf(TREE === undefined)('the x86 chain of stage0-posix 1.9.1', () => {
  it('gives every answer, artifact and mode', () => {
    const result = build(loadTree(TREE as string));
    const answers = result.artifacts.filter(({ expected }) => expected !== null);
    expect(answers.length).toBe(19);
    expect(answers.filter(({ verdict }) => verdict !== 'match')).toEqual([]);

    const made = new Map(result.artifacts.map((artifact) => [artifact.path, artifact]));
    const expected = readAnswers(read('sha256'));
    expect(expected.size).toBe(73);
    expect([...made.keys()].sort()).toEqual([...expected.keys()].sort());
    for (const [path, sha256] of expected)
      expect([path, made.get(path)?.sha256]).toEqual([path, sha256]);
    for (const line of read('modes').toString().trim().split('\n')) {
      const [mode, path] = line.split('  ') as [string, string];
      expect([path, made.get(path)?.mode.toString(8).padStart(4, '0')]).toEqual([path, mode]);
    }
    expect(result.ok).toBe(true);
  });
});
