// SPDX-License-Identifier: GPL-3.0-or-later
/** Many cases in one process end as they do in a process each; `npm run build` first. */
import {
  builtCommands,
  listCases,
  loadCase,
  type Outcome,
  runInChild,
  runInFolder,
} from '@stage0-ts/vectors/run';
import { describe, expect, it } from 'vitest';

describe('cases in one child process', () => {
  it.each(['hex0', 'untar', 'M1', 'kaem'])('of %s end as in a process each', async (tool) => {
    const names = listCases(tool).slice(0, 6);
    const together = await runInChild(tool, names);
    for (const name of names) {
      const alone = runInFolder(loadCase(tool, name), builtCommands());
      expect([name, together.get(name)]).toEqual([name, alone]);
    }
  });

  it('are not passes when the process dies', async () => {
    const [first = ''] = listCases('hex0');
    const outcomes = await runInChild('hex0', [first, 'no-such-case']);
    const ends = [...outcomes.values()].map(({ end }: Outcome) => end);
    expect(ends).toEqual(['hang', 'hang']);
  });
});
