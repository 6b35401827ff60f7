// SPDX-License-Identifier: GPL-3.0-or-later
/** Command lines of the small utilities, over a folder with a little of everything in it. */
import { createHash } from 'node:crypto';
import * as fc from 'fast-check';
import { existingOutput, type Language, mostly, programCase } from '../language.ts';
import { anyByte, nearly } from '../pieces.ts';

const FILES = { a: 'one\n', b: '', 'x y': 'blank', 'd/a': 'inner', 'd/e/f': '3' };
const SETTINGS = {
  directories: ['empty'],
  links: { l: 'a', dl: 'd', dangling: 'none', loop: 'loop' },
};
const place = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.constantFrom('a', 'b', 'x y', 'd/a', 'l', 'dl/a', './a', 'd//a', 'd/../a'),
  },
  {
    weight: 2,
    arbitrary: fc.constantFrom('new', 'd/new', 'empty/new', 'empty', 'd', 'dl', 'd/', 'empty/'),
  },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      'none',
      'none/x',
      'a/x',
      '',
      '.',
      '-',
      '--',
      'dangling',
      'loop',
      'a/',
    ),
  },
);
const words = (of: fc.Arbitrary<string>, maxLength: number) => fc.array(of, { maxLength });

const exactly = (of: fc.Arbitrary<string>, count: number) =>
  fc.array(of, { minLength: count, maxLength: count });

function utility(
  name: string,
  lines: fc.Arbitrary<readonly string[]>,
  failuresLeaveOutput = false,
): Language {
  const cases = lines.map((line) => programCase(name, FILES, { arguments: line, ...SETTINGS }));
  return { name, cases, failuresLeaveOutput };
}

const option = (often: string, ...seldom: readonly string[]) =>
  mostly<string[]>([], [often], ...seldom.map((word) => [word]));
const mode = fc.constantFrom(
  '644',
  '0755',
  '7777',
  '0',
  '',
  'u+x',
  '999',
  'x1ff',
  'b11',
  '-1',
  '40000',
);

export const cp: Language = utility(
  'cp',
  fc
    .tuple(
      option('-v', '-V', '-h', '-x'),
      mostly(2, 0, 1, 3).chain((count) => exactly(place, count)),
    )
    .map((parts) => parts.flat()),
);
export const chmod: Language = utility(
  'chmod',
  fc
    .tuple(
      option('-v', '-V', '-h'),
      mode,
      words(fc.constantFrom('a', 'b', 'd', 'l', 'x y', 'none'), 3),
    )
    .map((parts) => parts.flat()),
);
export const mkdir: Language = utility(
  'mkdir',
  fc
    .tuple(
      option('-p', '--parents', '-v'),
      mostly<string[]>([], ['-m', '700'], ['--mode', '0'], ['-m']),
      words(place, 2),
    )
    .map((parts) => parts.flat()),
  true,
);
export const rm: Language = utility('rm', words(place, 4));
export const catm: Language = utility('catm', words(place, 4));
export const match: Language = utility(
  'match',
  mostly(2, 0, 1, 3, 4).chain((count) =>
    exactly(fc.constantFrom('a', 'a', 'a', '', 'a ', '-h'), count),
  ),
  true,
);

const lists = fc.oneof(
  { weight: 3, arbitrary: place.map((name) => `${digest(name)}  ${name}\n`) },
  {
    weight: 1,
    arbitrary: fc.constantFrom('\n', `${'0'.repeat(64)}  a\n`, `${'A'.repeat(64)}  a\n`, 'x\n'),
  },
);
function digest(name: string): string {
  const text = (FILES as Readonly<Record<string, string>>)[name] ?? 'one\n';
  return createHash('sha256').update(text).digest('hex');
}
const sums = fc
  .tuple(
    nearly(fc.array(lists, { maxLength: 4 }), anyByte),
    fc.uint8Array({ maxLength: 200 }),
    fc.oneof(
      fc.constantFrom(['-c', 'list'], ['--check', 'list', 'list'], ['list', '-c', 'none']),
      fc.tuple(option('-h', '-c'), words(place, 3)).map((parts) => parts.flat()),
      // An output is used only with files that exist: where upstream fails, it leaves an empty
      // output.
      words(fc.constantFrom('a', 'b', 'l', 'random'), 3).map((names) => ['-o', 'out', ...names]),
      fc.constant(['random']),
    ),
    existingOutput,
  )
  .map(([list, noise, line, { files, modes }]) =>
    programCase(
      'sha256sum',
      { ...FILES, list, random: Buffer.from(noise).toString('latin1'), ...files },
      { arguments: line, ...SETTINGS, modes },
    ),
  );
export const sha256sum: Language = { name: 'sha256sum', cases: sums, failuresLeaveOutput: true };

const letter = fc.constantFrom('a', 'a', 'b', '\0', '\n', '\xff');
const text = (maxLength: number) => fc.array(letter, { maxLength }).map((list) => list.join(''));
const argument = fc.constantFrom('a', 'aa', 'ab', 'aba', 'b', 'bab', '', 'aaaaaaaa', '\n');
/**
 * Never to standard output: upstream opens /dev/stdout, which is not possible if that is a socket.
 */
const replacements = fc
  .tuple(
    text(60),
    argument,
    argument,
    mostly(['-o', 'out'], ['-o', 'in'], ['-o', 'none/x']),
    existingOutput,
  )
  .map(([input, pattern, replacement, output, { files, modes }]) =>
    programCase(
      'replace',
      { in: input, ...files },
      { arguments: ['-f', 'in', '-m', pattern, '-r', replacement, ...output], modes },
    ),
  );
export const replace: Language = {
  name: 'replace',
  cases: replacements,
  failuresLeaveOutput: false,
};
