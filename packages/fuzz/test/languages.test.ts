// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * Some hundred random programs of every language, always the same ones: ours ends with success or a
 * clean error, twice alike. With STAGE0_NATIVE, a stage0-posix folder in which the x86 chain has
 * been built, upstream's binaries run them too.
 */

import {
  available,
  type FuzzOptions,
  fuzz,
  LANGUAGES,
  type Language,
  limitProcess,
} from '@stage0-ts/fuzz';
import { nativeCommands, nativeTree } from '@stage0-ts/vectors/run';
import { didNotRun, runsIf } from '@stage0-ts/vectors/test-support';
import { describe, expect, it } from 'vitest';

const SEED = 411;
const tree = nativeTree();
if (tree === undefined) {
  didNotRun('random programs against upstream', 'STAGE0_NATIVE is not set');
} else limitProcess();
/** Fewer if each program needs a process, which takes time. */
const COUNT = tree === undefined ? 300 : 150;

const runnable = LANGUAGES.filter(({ name, needs }) => {
  const there = needs === undefined || available(needs);
  return runsIf(there, name, `There is no ${needs} here`);
});

/** Upstream's binaries of the language's release, where both variables are set. */
function nativeFor({ name, other }: Language): FuzzOptions['native'] {
  const folder = tree && nativeTree(other?.release);
  if (tree !== undefined && folder === undefined) {
    const why = `STAGE0_RELEASES names no folder with a built ${other?.release}`;
    didNotRun(`${name} against upstream`, why);
  }
  return folder === undefined ? undefined : nativeCommands(folder);
}

/** Every text is a hex0 program, and rm succeeds with any operands. */
const TAKE_ALL = ['hex0', 'rm'];

describe.each(runnable.map((language) => ({ name: language.name, language })))(
  '$name',
  ({ name, language }) => {
    it(`takes ${COUNT} random programs or says what is wrong with them`, () => {
      const native = nativeFor(language);
      const { finds, accepted } = fuzz(language, { count: COUNT, seed: SEED, native });
      expect(finds).toEqual([]);
      // The generator is useful if many programs are valid and many are not; but every text is a
      // hex0 program. Upstream's hex1 also accepts nearly every text, so its count says nothing.
      expect(accepted).toBeGreaterThan(COUNT / 4);
      if (native === undefined && !TAKE_ALL.includes(name)) expect(accepted).toBeLessThan(COUNT);
    });
  },
);
