// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * The grammar that cc_x86 and M2-Planet share; a dialect adds what only one of them has.
 *
 * A program is a list of pieces, mostly one token each, in which the names that are used are mostly
 * declared: types, globals and functions in front, the same locals in each function. Types need not
 * match; neither compiler checks them.
 */
import * as fc from 'fast-check';
import { mostly } from '../language.ts';
import { printable } from '../pieces.ts';

/** What only one of the two compilers accepts. Texts are tokens separated by blanks. */
export interface Dialect {
  readonly types: readonly string[];
  /** Operators with two operands. */
  readonly binary: readonly string[];
  /** Operators before an operand. */
  readonly unary: readonly string[];
  /** Operators of assignments. */
  readonly assignment: readonly string[];
  /** Operands, statements and declarations in addition to the shared ones. */
  readonly operands: readonly string[];
  readonly statements: readonly string[];
  readonly globals: readonly string[];
  /** How the dialect declares A, B and C as 5, 6 and 9. */
  readonly constants: string;
  /** `//` and what may follow it, between functions and inside them. */
  readonly lineComments: readonly [outside: string, inside: string];
  /** Declarations that nearly every program has. */
  readonly head: readonly string[];
  readonly hasSwitch: boolean;
  /** Locals of every function in addition to the shared ones. */
  readonly locals?: readonly string[];
}

/** What nearly every program declares first. */
const HEAD = [
  'int g ;',
  'char * gs ;',
  'struct s { int a ; char * b ; char c ; struct s * next ; } ;',
  'struct s * gp ;',
  'int f ( int x ) ;',
  'int h ( ) ;',
  'FUNCTION call ;',
];
const PARAMETERS = '( int x , char * t , struct s * q )';
const LOCALS = ['int i ;', 'char * p ;', 'int y = 1 ;'];

const number = fc.oneof(
  fc.nat(300).map(String),
  fc.constantFrom('0b101', '08', '0x', '1e5', '0xfFfFfFfF', '4294967296', '00', '0X1F'),
  fc.constantFrom('0', '0x7F', '2147483648', '4294967295', '0xFFFF', '010', '1_000', '12u'),
);
const character = fc.constantFrom(
  ...["' '", "'\t'", "'\\x80'", "'\\xfF'", "'\\q'", "'ab'", "''", "':'", "'\x80'", "'\\e'"],
  ...["'a'", "'a'", "'b'", "'0'", "'\\t'", "'\\r'", "'#'", "';'", "'%'", "'&'"],
  "'a'",
  "'\\n'",
  "'\\''",
  "'\\\\'",
  "'\\x41'",
  "'\"'",
  "'\\0'",
);
/** Strings that the compilers print byte by byte, and similar strings. */
const weird = fc
  .array(
    fc.constantFrom(
      ...['a', ':', ' ', '\t', '%', '#', ';', "'", '&', '\n', '\x7f', '\x80', '\xc3\xa9', '?', '<'],
      ...[
        '\\n',
        '\\t',
        '\\r',
        '\\\\',
        "\\'",
        '\\"',
        '\\x00',
        '\\x80',
        '\\x3A',
        '\\x9',
        '\\0',
        '\\q',
        '\\e',
        '\\12',
      ],
    ),
    { maxLength: 5 },
  )
  .map((parts) => `"${parts.join('')}"`);
const string = fc.oneof(
  weird,
  printable('"\\', 10).map((text) => `"${text}"`),
  fc.constantFrom('"a\\nb"', '"\\t\\"\\\\"', '"\\x41\\x80"', '" :"', '"a:b"', '""', '"\\r"'),
);
const variable = fc.constantFrom('x', 't', 'q', 'i', 'p', 'y', 'g', 'gs', 'gp');
const member = fc.constantFrom(
  'q -> a',
  'q -> b',
  'q -> c',
  'q -> next -> a',
  'gp -> a',
  'q -> next',
);

/** Random expressions, statements, declarations and whole programs of a dialect. */
export function program(dialect: Dialect): fc.Arbitrary<readonly string[]> {
  const type = fc.constantFrom(...dialect.types);
  const { expression, target } = expressions(dialect, type);
  const body = statements(dialect, type, expression, target);
  const locals = [...LOCALS, ...(dialect.locals ?? [])].join(' ');
  const name = fc.constantFrom('f', 'h', 'main', 'k1', 'k2', 'k3');
  const functions = fc
    .tuple(type, name, mostly(PARAMETERS, ';', ';', '( )', '( int x )'), body)
    .map(([result, called, parameters, text]) =>
      parameters === ';'
        ? `${result} ${called} ${PARAMETERS} ;`
        : `${result} ${called} ${parameters} {\n${locals}\n${text}}`,
    );
  const global = fc.oneof(
    fc.tuple(type, fc.constantFrom('g1', 'g2', 'g3')).map(([of, called]) => `${of} ${called} ;`),
    fc.constantFrom(
      ...[dialect.constants, 'struct u { char m [ 5 ] ; int n ; } ;'],
      ...['/* comment */', dialect.lineComments[0], 'int f ( int x ) ;', ...dialect.globals],
    ),
  );
  const part = fc.oneof({ weight: 3, arbitrary: functions }, { weight: 2, arbitrary: global });
  const head = mostly([...HEAD, ...dialect.head], HEAD, HEAD.slice(0, 4));
  return fc
    .tuple(head, fc.array(part, { minLength: 1, maxLength: 4 }))
    .map(([start, parts]) => [`${start.join('\n')}\n`, ...pieces(parts.join('\n'))]);
}

/**
 * The text, cut into tokens, each with the white space after it. An edit drops or doubles whole
 * pieces.
 */
function pieces(text: string): string[] {
  return text.match(/\S+\s*/g) ?? [];
}

function expressions(dialect: Dialect, type: fc.Arbitrary<string>) {
  const binary = fc.constantFrom(...dialect.binary);
  return fc.letrec<{ expression: string; operand: string; target: string; list: string }>(
    (tie) => ({
      list: fc.array(tie('expression'), { maxLength: 3 }).map((list) => list.join(' , ')),
      operand: fc.oneof(
        { depthSize: 'small', withCrossShrink: true },
        { weight: 6, arbitrary: variable },
        { weight: 4, arbitrary: number },
        { weight: 2, arbitrary: character },
        { weight: 1, arbitrary: string },
        { weight: 2, arbitrary: member },
        { weight: 1, arbitrary: fc.constantFrom('f', 'call', 'A', 'B', ...dialect.operands) },
        { weight: 1, arbitrary: type.map((of) => `sizeof ( ${of} )`) },
        { weight: 2, arbitrary: tie('expression').map((inner) => `( ${inner} )`) },
        {
          weight: 2,
          arbitrary: fc
            .tuple(fc.constantFrom('f', 'f', 'h', 'call'), tie('list'))
            .map(([called, list]) => `${called} ( ${list} )`),
        },
        {
          weight: 2,
          arbitrary: fc
            .tuple(fc.constantFrom('t', 'p', 'q', 'gs', 'q -> b', 'x'), tie('expression'))
            .map(([array, index]) => `${array} [ ${index} ]`),
        },
        {
          weight: 1,
          arbitrary: fc
            .tuple(fc.constantFrom(...dialect.unary), tie('operand'))
            .map((parts) => parts.join(' ')),
        },
      ),
      target: fc.oneof(
        { depthSize: 'small' },
        { weight: 4, arbitrary: variable },
        { weight: 2, arbitrary: member },
        {
          weight: 1,
          arbitrary: fc
            .tuple(fc.constantFrom('t', 'p', 'gs', 'q -> b'), tie('expression'))
            .map(([array, index]) => `${array} [ ${index} ]`),
        },
        { weight: 1, arbitrary: fc.constantFrom('* p', '* x', '( x )', ...dialect.operands) },
      ),
      expression: fc
        .tuple(tie('operand'), fc.array(fc.tuple(binary, tie('operand')), { maxLength: 2 }))
        .map(([first, tail]) => [first, ...tail.flat()].join(' ')),
    }),
  );
}

function statements(
  dialect: Dialect,
  type: fc.Arbitrary<string>,
  expression: fc.Arbitrary<string>,
  target: fc.Arbitrary<string>,
): fc.Arbitrary<string> {
  const assignment = fc
    .tuple(target, fc.constantFrom(...dialect.assignment), expression)
    .map((parts) => `${parts.join(' ')} ;`);
  const plain = fc.constantFrom(
    ...['break ;', 'continue ;', 'goto done ;', 'done: ;', 'again:', 'return ;', 'asm ( "nop" ) ;'],
    ...[
      'asm ( "nop" "ret" ) ;',
      '{ }',
      '/* text */',
      dialect.lineComments[1],
      ...dialect.statements,
    ],
  );
  const { body } = fc.letrec<{ body: string; statement: string; label: string }>((tie) => ({
    body: fc
      .array(tie('statement'), { maxLength: 3 })
      .map((list) => list.map((s) => `${s}\n`).join('')),
    statement: fc.oneof(
      { depthSize: 'small', withCrossShrink: true },
      { weight: 5, arbitrary: assignment },
      { weight: 2, arbitrary: expression.map((value) => `return ${value} ;`) },
      { weight: 1, arbitrary: plain },
      {
        weight: 1,
        arbitrary: fc
          .tuple(type, fc.constantFrom('l1', 'l2', 'x'), expression)
          .map(([of, name, value]) => `${of} ${name} = ${value} ;`),
      },
      {
        weight: 2,
        arbitrary: fc
          .tuple(expression, tie('body'), tie('body'), fc.boolean())
          .map(
            ([test, yes, no, both]) => `if ( ${test} ) {\n${yes}}${both ? ` else {\n${no}}` : ''}`,
          ),
      },
      {
        weight: 1,
        arbitrary: fc
          .tuple(expression, tie('body'))
          .map(([test, inner]) => `while ( ${test} ) {\n${inner}}`),
      },
      {
        weight: 1,
        arbitrary: fc
          .tuple(tie('body'), expression)
          .map(([inner, test]) => `do {\n${inner}} while ( ${test} ) ;`),
      },
      {
        weight: 1,
        arbitrary: fc
          .tuple(expression, expression, tie('body'))
          .map(([test, value, inner]) => `for ( i = 0 ; ${test} ; i = ${value} ) {\n${inner}}`),
      },
      {
        weight: dialect.hasSwitch ? 1 : 0,
        arbitrary: fc
          .tuple(expression, fc.array(tie('label'), { maxLength: 3 }), tie('body'), fc.boolean())
          .map(([value, cases, inner, other]) => {
            const last = other ? `default :\n${inner}` : '';
            return `switch ( ${value} ) {\n${cases.join('')}${last}}`;
          }),
      },
    ),
    label: fc
      .tuple(fc.constantFrom('1', '-1', "'c'", 'A', '0x10', 'B'), tie('body'), fc.boolean())
      .map(([value, inner, ends]) => `case ${value} :\n${inner}${ends ? 'break ;\n' : ''}`),
  }));
  return body;
}

/** What edits insert into a program: tokens of C and parts of tokens. */
export const foreignTokens: fc.Arbitrary<string> = fc.constantFrom(
  ...[
    '{ ',
    '} ',
    '( ',
    ') ',
    '[ ',
    '] ',
    '; ',
    ', ',
    '= ',
    '== ',
    '=& ',
    '-> ',
    '. ',
    '* ',
    '& ',
    '! ',
    '~ ',
  ],
  ...[
    'if ',
    'else ',
    'while ',
    'do ',
    'for ',
    'return ',
    'break ',
    'case ',
    'int ',
    'char ',
    'struct ',
  ],
  ...[
    's ',
    'x ',
    'sizeof ',
    'undefined ',
    '7 ',
    '"text" ',
    "'c' ",
    '"',
    "'",
    '\n',
    '# ',
    '\\\n',
    '\r',
    '? ',
  ],
  ...[
    '/* c */ ',
    '// c\n',
    '/*/ ',
    '\x80',
    '-',
    '+ ',
    '++ ',
    '-= ',
    '<<= ',
    ': ',
    '... ',
    '$ ',
    '@ ',
  ],
);
