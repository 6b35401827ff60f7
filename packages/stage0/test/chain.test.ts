// SPDX-License-Identifier: GPL-3.0-or-later
/** The whole x86 chain of the release that STAGE0_POSIX names: a tarball or a folder. */

import fs from 'node:fs';
import {
  build,
  check,
  compareAgainst,
  foreignFiles,
  type NamedEngine,
  PORTS,
  readAnswers,
  releaseOf,
  treeDigest,
  UPSTREAM,
  UPSTREAM_NAME,
} from '@stage0-ts/stage0';
import { releaseFor } from '@stage0-ts/vectors/test-support';
import { describe, expect, it } from 'vitest';
import { loadTree } from '../src/node/load-tree.ts';

const TREE = releaseFor('the x86 chain of stage0-posix 1.9.1');
const digests = new URL('../../../test-vectors/digests/', import.meta.url);
const read = (name: string) =>
  fs.readFileSync(new URL(`stage0-posix-${UPSTREAM.release}.x86.${name}`, digests));

describe.skipIf(TREE === undefined)(`the x86 chain of ${UPSTREAM_NAME}`, () => {
  it('gives every answer, artifact and mode', () => {
    const result = build(loadTree(TREE as string));
    const answers = result.artifacts.filter(({ expected }) => expected !== null);
    expect(answers.length).toBe(19);
    expect(answers.filter(({ verdict }) => verdict !== 'match')).toEqual([]);

    const made = new Map(result.artifacts.map((artifact) => [artifact.path, artifact]));
    const expected = readAnswers(read('sha256'), 'sha256');
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

  it('is a release that is known by the digest of its tree', () => {
    expect(releaseOf(treeDigest(loadTree(TREE as string)))).toBe(UPSTREAM_NAME);
  });

  it('names the process where one tool of an engine goes wrong', () => {
    const { divergence, builds, ok } = check(() => loadTree(TREE as string), {
      engines: [PORTS, planted],
    });
    expect(ok).toBe(false);
    expect(divergence).toMatchObject({
      kind: 'file',
      path: 'x86/bin/M1',
      file: 'x86/artifact/blood-elf-1.hex2',
      message: expect.stringContaining('differs from byte 0x3e8 on'),
    });
    const wrong = builds[1].artifacts.filter(({ verdict }) => verdict === 'differs');
    expect(wrong.map(({ path }) => path)).toEqual(['x86/bin/blood-elf']);
  });

  it('names the one damaged file of a build from elsewhere, and not its victims', () => {
    const ours = loadTree(TREE as string);
    const { processes, artifacts } = build(ours, { record: true });
    const theirs = loadTree(TREE as string);
    build(theirs, { engine: planted, keepGoing: true });
    const { first, differing } = compareAgainst(
      { files: ours, processes, artifacts },
      foreignFiles(theirs),
    );
    expect(differing.length).toBeGreaterThan(1);
    expect(first).toMatchObject({
      file: 'x86/artifact/blood-elf-1.hex2',
      wrongInputs: [],
      unknownInputs: [],
      offset: 1000,
    });
  });
});

/** The ports, but M1 writes one wrong character in a text that becomes blood-elf. */
const planted: NamedEngine = {
  ...PORTS,
  name: 'planted',
  forTree: () => planted,
  forArchitecture: () => planted,
  run: (image, argv, host) => {
    const end = PORTS.run(image, argv, host);
    const output = argv.find((word) => word.endsWith('blood-elf-1.hex2'));
    if (image.path.endsWith('/M1') && output !== undefined) {
      const bytes = host.readFile(output).slice();
      bytes[1000] = (bytes[1000] as number) ^ 1;
      host.writeFile(output, bytes, 0o600);
    }
    return end;
  },
};
