// SPDX-License-Identifier: GPL-3.0-or-later
/** Preprocessor lines, for M2-Planet and M2-Mesoplanet, and programs of M2-Mesoplanet -E. */
import * as fc from 'fast-check';
import { existingOutput, type Language, mostly, programCase } from '../language.ts';
import { nearly, printable, several, withNewline } from '../pieces.ts';

const name = fc.constantFrom('A', 'B', 'C', 'x', 'LIMIT');
const token = fc.constantFrom(
  ...[
    'x',
    'y',
    'int',
    '(',
    ')',
    ';',
    '+',
    '7',
    '0x10',
    'A',
    'B',
    'C',
    'F ( 1 )',
    'F(x)',
    'G(1,2)',
    'LIMIT',
  ],
  ...[
    '"text"',
    "'c'",
    '->',
    '==',
    '&&',
    '<<=',
    '{',
    '}',
    '/* c */',
    ',',
    'F',
    'defined',
    '!',
    '~',
    '"\\"#"',
  ],
);
const tokens = (maxLength: number) => fc.array(token, { maxLength }).map((list) => list.join(' '));

const operand = fc.oneof(
  fc.integer({ min: -9, max: 99 }).map(String),
  name,
  fc
    .tuple(
      fc.constantFrom(
        'defined A',
        'defined(B)',
        'defined ( C )',
        '!A',
        '-3',
        '!0',
        '(1)',
        '0x1F',
        '010',
      ),
    )
    .map(([text]) => text),
);
const condition = fc
  .tuple(
    operand,
    fc.array(
      fc.tuple(
        fc.constantFrom(
          ...[
            '+',
            '-',
            '*',
            '/',
            '%',
            '<<',
            '>>',
            '==',
            '!=',
            '<',
            '<=',
            '>',
            '>=',
            '&&',
            '||',
            '&',
            '|',
            '^',
          ],
        ),
        operand,
      ),
      { maxLength: 3 },
    ),
  )
  .map(([first, tail]) => [first, ...tail.flat()].join(' '));

const definition = fc.oneof(
  fc.tuple(name, tokens(3)).map(([macro, text]) => `#define ${macro} ${text}\n`),
  fc.tuple(name, fc.nat(99)).map(([macro, value]) => `#define ${macro} ${value}\n`),
  fc.constantFrom(
    '#define F(a) a\n',
    '#define G(a,b) b + a\n',
    '#define F(a) ( a * 2 )\n',
    '#define H() 3\n',
    '#define B\n',
  ),
  name.map((macro) => `#undef ${macro}\n`),
);

/** Definitions for the head of a file. */
export const directives: fc.Arbitrary<readonly string[]> = several(definition, 4);

/** An #if whose branches have the text. */
function conditional(text: fc.Arbitrary<string>): fc.Arbitrary<string> {
  const opening = fc.oneof(
    condition.map((test) => `#if ${test}\n`),
    fc
      .tuple(fc.constantFrom('#ifdef', '#ifndef'), name)
      .map(([kind, macro]) => `${kind} ${macro}\n`),
  );
  const middle = fc.oneof(
    fc.constant(''),
    fc.tuple(text, condition).map(([before, test]) => `${before}#elif ${test}\n`),
    text.map((before) => `${before}#else\n`),
  );
  return fc
    .tuple(opening, middle, text)
    .map(([start, inner, end]) => `${start}${inner}${end}#endif\n`);
}

/** A conditional around a declaration, for programs that compile. */
export const conditions: fc.Arbitrary<string> = fc.oneof(
  conditional(fc.constantFrom('\n', '/* c */\n', '\n\n')),
  fc.constantFrom(
    '#include "inc.h"\n',
    '#include <none.h>\n',
    '#pragma once\n',
    '#line 4\n',
    '#warning careful\n',
  ),
);

const line = fc.oneof(
  { weight: 4, arbitrary: tokens(6).map((text) => `${text}\n`) },
  { weight: 3, arbitrary: definition },
  { weight: 2, arbitrary: conditional(tokens(4).map((text) => `${text}\n`)) },
  { weight: 1, arbitrary: printable('#"\'', 12).map((text) => `// ${text}\n`) },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      ...[
        '#include "inc.h"\n',
        '#include <sys.h>\n',
        ' #define A 1\n',
        '/* a\n b */\n',
        '\\\n',
        '#pragma x\n',
      ],
      ...[
        '#if A // c\n#endif\n',
        '#warning text\n',
        '#FILENAME "z.c" 9\n',
        '#error no\n',
        '#include "none.h"\n',
      ],
    ),
  },
);
const foreign = fc.oneof(
  token,
  fc.constantFrom(
    '#if\n',
    '#endif\n',
    '#else\n',
    '#elif 1\n',
    '#define\n',
    '"',
    "'",
    '/*',
    '\n',
    '(',
    ')',
    '\r',
    '\x80',
    '#',
  ),
);

const cases = fc
  .tuple(
    withNewline(nearly(several(line, 12), foreign)),
    withNewline(nearly(several(line, 3), foreign)),
    fc.constantFrom('x86', 'amd64', 'armv7l', 'aarch64', 'riscv32', 'riscv64', 'knight-posix'),
    mostly<string[]>([], ['-D', 'A=5'], ['-D', 'B'], ['-I', 'inc'], ['-D', 'C=x y']),
    mostly<string[]>([], ['-o', 'out']),
    existingOutput,
  )
  .map(([text, header, architecture, options, output, { files, modes }]) =>
    programCase(
      'M2-Mesoplanet',
      { 'm.c': text, 'inc.h': header, 'L/sys.h': 'int system ;\n', ...files },
      {
        arguments: ['-A', architecture, '-f', 'm.c', '-E', ...options, ...output],
        environment: ['M2LIBC_PATH=L', 'PATH=bin'],
        modes,
      },
    ),
  );

/** Which file includes which, in folders and through options. */
const HEADERS = {
  'inc.h': '#define INC 1\nint included ;\n',
  'sub/a.h': '#ifndef GUARD\n#define GUARD\n#include "b.h"\nint in_a ;\n#endif\n',
  'sub/b.h': '#define SEVEN 7\nint in_b ;\n',
  'sub/twice.h': '#include "b.h"\n#include "b.h"\n#include <sys.h>\n',
  'L/sys.h': 'int system ;\n#include <deep/c.h>\n',
  'L/deep/c.h': 'int in_c ;\n',
  'L/stdio.h': 'int printf ;\n',
};
const include = fc
  .constantFrom(
    ...['"./inc.h"', '"sub/a.h"', '<a.h>', '<sys.h>', '<deep/c.h>', '"./sub/a.h"', '"sub/twice.h"'],
    ...['<b.h>', '<stdio.h>', '"sub/../inc.h"', '<none.h>', '"./none.h"', '<inc.h>', '< sys.h>'],
  )
  .map((text) => `#include ${text}\n`);
const folderOption = fc.constantFrom(
  ...[
    ['-I', 'sub'],
    ['-I', 'L'],
    ['-I', 'none'],
    ['-D', 'GUARD'],
    ['-D', 'INC=3'],
    ['-D', 'SEVEN=8'],
  ],
  ...[
    ['--no-includes'],
    ['--dump-mode'],
    ['--max-string', '40'],
    ['--debug-mode', '0'],
    ['-f', 'n.c'],
  ],
  ...[
    ['--os', 'UEFI'],
    ['--os', 'Linux'],
    ['--no-debug'],
    ['--dirty-mode'],
    ['--temp-directory', 'tmp'],
  ],
);
const folderCases = fc
  .tuple(
    withNewline(nearly(several(fc.oneof(include, line), 8), foreign)),
    withNewline(nearly(several(fc.oneof(include, line), 3), foreign)),
    fc.array(folderOption, { maxLength: 3 }).map((list) => list.flat()),
    fc.array(folderOption, { maxLength: 1 }).map((list) => list.flat()),
    mostly<string[]>([], ['-o', 'out']),
    mostly('M2LIBC_PATH=L', 'M2LIBC_PATH=none', 'M2LIBC_PATH=sub'),
  )
  .map(([text, second, before, after, output, library]) =>
    programCase(
      'M2-Mesoplanet',
      { 'm.c': text, 'n.c': second, ...HEADERS },
      {
        arguments: ['-A', 'x86', ...before, '-E', '-f', 'm.c', ...after, ...output],
        environment: [library, 'PATH=bin'],
      },
    ),
  );

/** M2-Mesoplanet as a preprocessor; with -E it starts nothing. */
export const m2Mesoplanet: Language = {
  name: 'M2-Mesoplanet',
  cases: fc.oneof({ weight: 2, arbitrary: cases }, { weight: 1, arbitrary: folderCases }),
  failuresLeaveOutput: false,
};
