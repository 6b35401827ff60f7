// SPDX-License-Identifier: GPL-3.0-or-later
// biome-ignore-all lint/suspicious/noTemplateCurlyInString: kaem's syntax, not ours
/** The caller of a script hears of each command that is executed, and of no other. */
import { encodeUtf8 } from '@stage0-ts/bytes';
import { MemoryFiles, MemoryHost } from '@stage0-ts/host/memory';
import { Shell } from '@stage0-ts/kaem';
import { expect, it } from 'vitest';

function commandsOf(script: string, verbose = false): [string, number][] {
  const told: [string, number][] = [];
  const host = new MemoryHost({ files: new MemoryFiles() });
  new Shell({ name: 'run', bytes: encodeUtf8(script) }, ['kaem'], host, {
    verbose,
    onCommand: (words, offset) => told.push([words.join(' '), offset]),
  }).run();
  return told;
}

it.each<[string, [string, number][]]>([
  ['# nothing\n\n  \n', []],
  [
    'A="b c"\necho ${A}; pwd\n',
    [
      ['A=b c', 0],
      ['echo b c', 8],
      ['pwd', 19],
    ],
  ],
  [
    'alias E="echo a"\nE \\\n b\n',
    [
      ['alias E=echo a', 0],
      ['echo a b', 17],
    ],
  ],
  [
    'if set -e\necho a\nelse\necho b\nfi\necho c\n',
    [
      ['if set -e', 0],
      ['echo a', 10],
      ['else', 17],
      ['echo c', 32],
    ],
  ],
])('%j', (script, expected) => {
  expect(commandsOf(script)).toEqual(expected);
  expect(commandsOf(script, true)).toEqual(expected);
});
