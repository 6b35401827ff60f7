// SPDX-License-Identifier: GPL-3.0-or-later
/** Properties that hold for every program. */
import { encodeUtf8 } from '@stage0-ts/bytes';
import { ARCHITECTURES, type CompileOptions, compile } from '@stage0-ts/m2-planet';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

const name = fc.constantFrom('a', 'b', 'c', 'p', 's');
const expression = fc.letrec<{ expression: string; operand: string }>((tie) => ({
  operand: fc.oneof(name, fc.integer({ min: 0, max: 99_999 }).map(String), fc.constant("'x'")),
  expression: fc.oneof(
    { maxDepth: 3 },
    tie('operand'),
    fc
      .tuple(tie('expression'), fc.constantFrom('+', '*', '<<', '==', '&&', '%'), tie('operand'))
      .map((parts) => parts.join(' ')),
    tie('expression').map((inner) => `( ${inner} )`),
    tie('operand').map((inner) => `f ( ${inner} )`),
  ),
})).expression;

const statement = fc.oneof(
  fc.tuple(name, expression).map(([target, value]) => `${target} = ${value} ;`),
  expression.map((value) => `if ( ${value} ) { a = 1 ; } else { b = 2 ; }`),
  expression.map((value) => `while ( ${value} ) { a ++ ; break ; }`),
  expression.map((value) => `return ${value} ;`),
);

/**
 * The lines of a program without strings and macros, whose tokens are separated by single blanks.
 */
const lines = fc
  .array(fc.array(statement, { maxLength: 6 }), { minLength: 1, maxLength: 4 })
  .map((functions) => [
    'int f ( int a ) ;',
    'struct t { int x ; char y ; } ;',
    ...functions.flatMap((body, index) => [
      `int f${index} ( int a , unsigned b )`,
      '{',
      'int c ; int * p ; char * s ;',
      ...body,
      '}',
    ]),
  ]);

const compiled = (texts: readonly string[], options: CompileOptions = {}): string => {
  const files = texts.map((text, index) => ({ name: `${index}.c`, bytes: encodeUtf8(text) }));
  return Buffer.from(compile(files, { architecture: 'x86', ...options })).toString('latin1');
};
const joined = (program: readonly string[]): string => program.map((line) => `${line}\n`).join('');

describe('compile', () => {
  it('does not depend on where a program is split into files', () => {
    fc.assert(
      fc.property(lines, fc.nat(), (program, at) => {
        const cut = at % program.length;
        const parts = [joined(program.slice(0, cut)), joined(program.slice(cut))];
        expect(compiled(parts)).toBe(compiled([joined(program)]));
      }),
    );
  });

  it('does not depend on what is between two tokens', () => {
    const gap = fc.constantFrom(' ', '\t', '\n', '/* c */', ' // c\n', '\\\n ', '/*/');
    fc.assert(
      fc.property(lines, fc.array(gap, { minLength: 7, maxLength: 7 }), (program, gaps) => {
        let count = 0;
        const spread = joined(program).replaceAll(' ', () => ` ${gaps[count++ % gaps.length]}`);
        expect(compiled([spread])).toBe(compiled([joined(program)]));
      }),
    );
  });

  it('compiles what the preprocessor wrote to the same bytes', () => {
    fc.assert(
      fc.property(lines, (program) => {
        // Here character literals lose their closing quote, so the program must not have any.
        const source = joined(program).replaceAll("'x'", '5');
        const preprocessed = compiled([source], { preprocessOnly: true });
        expect(compiled([`${preprocessed}\n`])).toBe(compiled([source]));
      }),
    );
  });

  it('gives the same bytes every time, for every architecture', () => {
    fc.assert(
      fc.property(lines, fc.constantFrom(...ARCHITECTURES), (program, architecture) => {
        const source = [joined(program)];
        const first = compiled(source, { architecture });
        compiled(source);
        expect(compiled(source, { architecture })).toBe(first);
      }),
      { numRuns: 50 },
    );
  });

  it('replaces a macro by its value', () => {
    fc.assert(
      fc.property(lines, fc.integer({ min: 0 }), (program, value) => {
        const source = joined(program).replaceAll('= a ', '= LIMIT ');
        const expected = source.replaceAll('LIMIT', String(value));
        const defines = [['LIMIT', String(value)]] as const;
        expect(compiled([source], { defines })).toBe(compiled([expected]));
        expect(compiled([`#define LIMIT ${value}\n${source}`])).toBe(compiled([expected]));
      }),
    );
  });
});
