// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * Scripts of both shells. The programs that they start are upstream's own small ones, by names that
 * no other program has, and PATH is always set, without --init-mode: no script can start another
 * program, reach outside the case's folder, or start itself.
 */
import * as fc from 'fast-check';
import { type Language, mostly, programCase } from '../language.ts';
import { nearly, printable, several, withNewline } from '../pieces.ts';

const word = fc.oneof(
  { weight: 5, arbitrary: fc.constantFrom('a', 'one', 'x.y', '-v', 'A', 'b=c', '--', 'two') },
  { weight: 1, arbitrary: printable('/$', 8).map((text) => `"${text.replace(/["\\]/g, '\\$&')}"`) },
  {
    weight: 1,
    arbitrary: fc.constantFrom('""', '" "', '"two words"', '"#"', 'a\\b', '"\\n"', '\\"', '"a"b'),
  },
);
const variable = fc.constantFrom(
  ...[
    `\${A}`,
    `\${B}`,
    `\${NONE}`,
    `\${NONE:-text}`,
    `x\${A}y`,
    `"\${B}"`,
    `\${A}-\${B:-c}`,
    '$@',
    `\${A:-z}`,
    `\${EMPTY}`,
  ],
);
const argument = fc.oneof({ weight: 3, arbitrary: word }, { weight: 1, arbitrary: variable });
const gap = fc.oneof(
  { weight: 20, arbitrary: fc.constant(' ') },
  { weight: 1, arbitrary: fc.constantFrom('\t', '  ', ' \\\n', '\\\n ', '\0') },
);
const words = (maxLength: number, of: fc.Arbitrary<string>) =>
  fc.array(fc.tuple(gap, of), { maxLength }).map((list) => list.flat().join(''));
const end = fc.oneof(
  { weight: 20, arbitrary: fc.constant('\n') },
  {
    weight: 1,
    arbitrary: fc.constantFrom(';', ' # comment\n', ' \n', '  \n', '#\n', ';;\n', '\t\n'),
  },
);
const line = (start: fc.Arbitrary<string>, of: fc.Arbitrary<string>) =>
  fc.tuple(start, words(4, of), end).map((parts) => parts.join(''));

/**
 * Programs that do something, under names that kaem finds by PATH or that kaem-minimal is given.
 * Each use of them, even a wrong one, has the same effect with upstream and here.
 */
const started = (folder: string) =>
  fc.constantFrom(
    ...[`${folder}k-same a a`, `${folder}k-same a b`, `${folder}k-same`, `${folder}k-show -V`],
    ...[`${folder}k-show --bad`, `${folder}k-make made`, `${folder}k-make -p a/b/c`],
  );

const kaemCommand = fc.oneof(
  { weight: 4, arbitrary: line(fc.constant('echo'), argument) },
  { weight: 2, arbitrary: line(started(''), fc.constant('')) },
  { weight: 2, arbitrary: line(fc.constant('k-show -f show.kaem --'), argument) },
  {
    weight: 2,
    arbitrary: line(
      fc.tuple(fc.constantFrom('A', 'B', 'C', 'EMPTY'), argument).map((p) => p.join('=')),
      word,
    ),
  },
  {
    weight: 1,
    arbitrary: line(
      fc.constantFrom(
        'cd sub',
        'cd',
        'pwd',
        'cd missing',
        'set -e',
        'set -x',
        'set -a',
        'set -ex',
        'set -xe a',
        'set -y',
        'cd sub/..',
        'cd .',
        'set +e',
        'set',
      ),
      fc.constant(''),
    ),
  },
  { weight: 1, arbitrary: line(fc.constant('unset'), fc.constantFrom('A', 'B', 'NONE')) },
  {
    weight: 1,
    arbitrary: line(
      fc.constantFrom(
        ...['alias', 'alias q=echo', 'alias q="echo hi"', 'q', 'alias A=one', 'alias r="q q"', 'r'],
        ...[
          'alias echo=q',
          'alias if=echo',
          'alias fi=echo',
          'alias =x',
          'alias q',
          'alias "q w"=echo',
        ],
      ),
      word,
    ),
  },
  {
    weight: 1,
    arbitrary: line(
      fc.constantFrom(
        'missing',
        './k-show -V',
        'bin/k-same a a',
        'exec',
        'exec k-same a b',
        './bin/k-same a a',
      ),
      word,
    ),
  },
  { weight: 1, arbitrary: fc.constantFrom('# comment\n', '\n', '  \n', ';\n', '\\\n') },
);
const { block } = fc.letrec<{ block: string }>((tie) => ({
  block: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    { weight: 8, arbitrary: kaemCommand },
    {
      weight: 1,
      arbitrary: fc
        .tuple(
          fc.constantFrom(
            ...[
              'k-same a a',
              'k-same a b',
              'missing',
              'echo x',
              'k-show -V',
              'cd sub',
              'cd missing',
            ],
            ...['A=1', 'if k-same a a', 'set -x', 'exec k-same a a', 'q', `k-same \${A} one`, 'fi'],
          ),
          fc.array(tie('block'), { maxLength: 2 }),
          fc.option(fc.array(tie('block'), { maxLength: 2 })),
        )
        .map(([test, yes, no]) => {
          const otherwise = no === null ? '' : `else\n${no.join('')}`;
          return `if ${test}\n${opened(yes)}${otherwise}fi\n`;
        }),
    },
  ),
}));
/** The lines; sometimes with a `then` before them, on a line of its own. */
function opened(lines: readonly string[]): string {
  return lines.length % 2 === 0 ? `then\n${lines.join('')}` : lines.join('');
}

const foreign = fc.constantFrom(
  ...[
    '"',
    '\\',
    '#',
    ';',
    '\n',
    ' ',
    '  ',
    '$',
    `\${`,
    '}',
    `\${A`,
    '$@',
    '=',
    '\0',
    '\x80',
    'fi\n',
    'else\n',
    'if ',
  ],
  ...['then\n', 'echo', 'exec ', 'alias\n', '""', '" "', 'then echo no\n'],
);
const SHOW = `echo "[" $@ "]" \${A:-none} \${B:-none}\n`;

const option = fc.constantFrom(
  ...['-v', '--verbose', '--strict', '--non-strict', '--warn', '--show-exit-codes', '--fuzz'],
);
const options = fc.oneof(
  { weight: 4, arbitrary: fc.constant<string[]>([]) },
  { weight: 1, arbitrary: fc.array(option, { minLength: 1, maxLength: 3 }) },
);

const kaemCases = fc
  .tuple(
    withNewline(nearly(several(block, 8), foreign)),
    options,
    mostly<string[]>([], ['--'], ['--', 'p', 'q r'], ['--non-strict'], ['-f', 'show.kaem'], ['-v']),
    // No name occurs twice: Node cannot start a program with such an environment.
    mostly(
      ['PATH=bin', 'A=one', 'B=two words'],
      ['A=one', 'PATH=bin'],
      ['PATH=bin'],
      ['PATH=none'],
      ['PATH=none:bin:sub', 'A='],
      ['A=b=c', 'PATH=bin:', 'B='],
      ['SHELL=sh', 'PATH=bin', 'A=1'],
    ),
  )
  .map(([script, given, rest, environment]) =>
    programCase(
      'kaem',
      { 's.kaem': script, 'show.kaem': SHOW, 'sub/f': '43' },
      {
        arguments: [...given, '-f', 's.kaem', ...rest],
        programs: {
          'bin/k-show': 'kaem',
          'bin/k-same': 'match',
          'bin/k-make': 'mkdir',
        },
        environment,
      },
    ),
  );

const minimalWord = fc.oneof(
  { weight: 5, arbitrary: fc.constantFrom('a', 'one', 'x.y', '-v', `\${A}`, 'b=c', '$@') },
  { weight: 1, arbitrary: printable('"/', 8).map((text) => `"${text}"`) },
  {
    weight: 1,
    arbitrary: fc.constantFrom('""', 'a\\bc', '"#"', '"a"b', 'a"b"', 'x#y\n', '"a\nb"'),
  },
);
const minimalLine = fc.oneof(
  { weight: 4, arbitrary: line(started('./'), fc.constant('')) },
  { weight: 3, arbitrary: line(fc.constant('./k-show -f show.kaem --'), minimalWord) },
  {
    weight: 1,
    arbitrary: line(
      fc.constantFrom('./missing', 'k-same', './k-same a a', './k-show -V'),
      minimalWord,
    ),
  },
  { weight: 2, arbitrary: fc.constantFrom('# comment\n', '\n', '\t\n', '  # x "y\n', ' \\\n') },
);
const minimalCases = fc
  .tuple(
    withNewline(nearly(several(minimalLine, 6), fc.oneof(foreign, fc.constant('\xfc')))),
    mostly(['m.kaem'], ['m.kaem', 'x'], ['m.kaem', 'x', 'A=given', 'B=too']),
    mostly(['A=from-parent'], []),
  )
  .map(([script, words_, environment]) =>
    programCase(
      'kaem-minimal',
      { 'm.kaem': script, 'show.kaem': SHOW },
      {
        arguments: words_,
        programs: { 'k-show': 'kaem', 'k-same': 'match', 'k-make': 'mkdir' },
        environment,
      },
    ),
  );

export const kaem: Language = { name: 'kaem', cases: kaemCases, failuresLeaveOutput: true };
export const kaemMinimal: Language = {
  name: 'kaem-minimal',
  cases: minimalCases,
  failuresLeaveOutput: true,
};
