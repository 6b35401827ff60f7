// SPDX-License-Identifier: GPL-3.0-or-later
/** Programs of the two C compilers: cc_x86, and M2-Planet for each of its targets. */
import { ccX86For } from '@stage0-ts/cc-x86';
import { ARCHITECTURES, m2PlanetFor } from '@stage0-ts/m2-planet';
import * as fc from 'fast-check';
import { existingOutput, type Language, mostly, programCase } from '../language.ts';
import { nearly, withNewline } from '../pieces.ts';
import { type Dialect, foreignTokens, program } from './c.ts';
import { conditions, directives } from './preprocessor.ts';

const COMMON_BINARY = [
  '+',
  '-',
  '*',
  '/',
  '%',
  '<<',
  '>>',
  '<',
  '<=',
  '>',
  '>=',
  '==',
  '!=',
  '&',
  '&&',
  '|',
  '||',
  '^',
];

const ENUMERATION = 'enum { A = 5 , B = 6 , C = 9 } ;';
const LINE_COMMENTS = ['// comment', '// text'] as const;

/** Types that both compilers have. */
const COMMON_TYPES = [
  'int',
  'char',
  'char *',
  'int *',
  'void',
  'struct s *',
  'FUNCTION',
  'unsigned',
  'long',
  'char * *',
];

const CC_X86: Dialect = {
  types: [...COMMON_TYPES, 'FILE *'],
  binary: COMMON_BINARY,
  unary: ['-', '!', '~'],
  assignment: ['=', '=', '=', '='],
  operands: ['7', 'q [ 1 ]', 'gp [ x ] -> a'],
  statements: ['f ( 1 ) ;', 'struct s * z ;'],
  globals: [
    'int z ;',
    'FILE * file ;',
    'enum { D = 1 , E = D , } ;',
    'struct v { struct s inner ; int k ; } ;',
    'struct w { union { int a ; char b ; } ; int c ; } ;',
    'union un { int a ; char m [ 6 ] ; } ;',
    'struct z2 { char m [ 3 ] ; struct s * p [ 2 ] ; int n ; } ;',
    "enum { Q = 'a' , R = 0x10 , S = 7 } ;",
    'struct s2 ;',
    'char * * names ;',
    'struct s local ;',
  ],
  constants: ENUMERATION,
  lineComments: LINE_COMMENTS,
  head: [ENUMERATION],
  hasSwitch: false,
};

const OLDER_CONSTANTS = '// CONSTANT A 5\nCONSTANT B 6\n//CONSTANT C 9\n';
/** From 1.6.0 to 1.8.1, what follows `//` is read. */
const CC_X86_OLDER: Dialect = {
  ...CC_X86,
  operands: [...CC_X86.operands, 'gp -> deep', 'q -> wide'],
  globals: [
    ...CC_X86.globals,
    OLDER_CONSTANTS,
    "// CONSTANT Q 'a'\n// CONSTANT R 0x10\n",
    'struct w { int o ; union { char b ; struct s * p ; char m [ 7 ] ; } ; int c ; } ;',
    'struct w2 { union { } ; union { char m [ 9 ] ; int k ; } ; union { struct s i ; } ; } ;',
    'int v1 ( struct w * q ) { return q -> c + q -> p -> a + sizeof ( struct w ) ; }',
    'int v2 ( struct w2 * q ) { q -> k = q -> m [ 2 ] ; return q -> i ; }',
  ],
  constants: OLDER_CONSTANTS,
  lineComments: ['// int z1 ;', '// x = 1 ;'],
  head: [OLDER_CONSTANTS, 'struct s2 { union { int deep ; char * wide ; } ; int after ; } ;'],
};

const M2_PLANET: Dialect = {
  types: [
    ...COMMON_TYPES,
    ...[
      'short',
      'unsigned char',
      'unsigned short',
      'long long',
      'unsigned long',
      'signed char',
      '_Bool',
      'int * *',
    ],
    ...['const char *'],
  ],
  binary: COMMON_BINARY,
  unary: ['-', '!', '~', '*', '&', '++', '--', '( int )', '( char * )', '!!', 'sizeof'],
  assignment: ['=', '=', '=', '=', '+=', '-=', '*=', '/=', '%=', '<<=', '>>=', '&=', '|=', '^='],
  operands: [
    ...[
      'p ++',
      'x --',
      'p [ 1 ] ++',
      'ga [ x ]',
      'gc [ 1 ]',
      'us . a',
      'us . c',
      'us',
      '& us',
      'q -> in . k',
    ],
    ...[
      '( * q ) . a',
      '* * t',
      '* p ++',
      '__func__',
      '"a" "b"',
      'V',
      'sq -> v',
      'sw',
      '( short ) x',
      '& ga [ 2 ]',
    ],
    ...[
      'q -> fn ( 1 )',
      '( * call ) ( x )',
      'us . b [ 2 ]',
      'gt',
      '-1',
      'sizeof ( ga )',
      'sizeof ( struct s )',
    ],
  ],
  statements: [
    ...[
      'f ( 1 ) ;',
      'struct s z ;',
      'int arr [ 4 ] ;',
      'static int st = 3 ;',
      'p ++ ;',
      '++ x ;',
      '-- gp -> a ;',
    ],
    ...[
      'char buf [ 9 ] ;',
      'arr [ 1 ] = 2 ;',
      'us . a = 5 ;',
      '( void ) x ;',
      'int m ; int n ;',
      'x ;',
      ';',
    ],
    ...[
      'char * w = "x" ;',
      'asm ( "a" , "b" ) ;',
      '__asm__ ( "nop" ) ;',
      'const int ci = 3 ;',
      'unsigned j ;',
    ],
  ],
  globals: [
    ...[
      'struct s us ;',
      'int ga [ 5 ] ;',
      'char gc [ 3 ] ;',
      'int gi = 7 ;',
      'char * gt = "text" ;',
      'static int hid ;',
    ],
    ...[
      'typedef int number ;',
      'typedef struct s record ;',
      'number n1 ;',
      'union un { int i ; char c [ 6 ] ; } ;',
    ],
    ...[
      'int gl [ ] = { 1 , 2 , 3 } ;',
      'char gb [ 4 ] = { 1 , 2 } ;',
      'extern int ext ;',
      'enum e { V , W = 4 , X } ;',
    ],
    ...[
      'struct s init = { 1 , "b" } ;',
      'short sw ;',
      'int neg = -5 ;',
      'int sz = sizeof ( struct s ) ;',
      'int a1 , a2 ;',
    ],
    ...[
      'struct fnp { int ( * fn ) ( int , char * ) ; } ;',
      'const int kc = 3 ;',
      'int ex = 1 + 2 - 3 ;',
      'extern int fx ( int ) ;',
    ],
    ...[
      'struct an { int o ; union { int k ; char l ; } ; int v ; } ;',
      'struct an * sq ;',
      'inline int il ( ) { return 1 ; }',
    ],
    ...[
      'typedef int ( * cb ) ( int ) ;',
      'char * gl2 [ 2 ] = { "a" , "b" } ;',
      'unsigned char ub = 200 ;',
      'int big = 0x80000000 ;',
    ],
  ],
  constants: ENUMERATION,
  lineComments: LINE_COMMENTS,
  head: [
    ...[ENUMERATION, 'struct s us ;', 'int ga [ 5 ] ;', 'char gc [ 3 ] ;', 'short sw ;'],
    ...[
      'char * gt = "text" ;',
      'struct an { int o ; union { int k ; char l ; } ; int v ; } ;',
      'struct an * sq ;',
    ],
  ],
  hasSwitch: true,
};

/** Up to commit 01a9ea5. What that changed occurs often here. */
const M2_PLANET_NEWER: Dialect = {
  ...M2_PLANET,
  types: [...M2_PLANET.types, 'number *', 'record *'],
  operands: [
    ...M2_PLANET.operands,
    ...['q -> a ++', 'gp -> next --', 'us . a --', 'us . b ++', 'sq -> k ++', 'q -> next -> a ++'],
    ...[
      'lw',
      '* lw',
      'lc',
      '& lw [ x ]',
      '& lc [ 1 ]',
      '& q -> b [ 2 ]',
      '& lw [ 1 ] . a',
      '& ga [ lw ]',
    ],
    ...['"a"', '"a"', '"a" "b"', '"ab"', '"\\x61b"', 'lw + 1', 'np ++', '( * call ) ( lw , x )'],
    ...[
      'q -> fn ( q -> fn ( 1 ) , lw [ 1 ] )',
      'FIRST',
      'TWICE ( x )',
      'us . a -- - 1',
      'x - y + i',
    ],
  ],
  statements: [
    ...M2_PLANET.statements,
    ...[';', ';;', 'while ( x ) ;', '* lw = 3 ;', 'lw = x ;', '* lc += 1 ;', 'if ( x ) ; else ;'],
    ...['x -= 1 ;', 'j -= x ;', 'q -> c -= 2 ;', 'np -- ;', '* np ++ = 1 ;', 'q -> a ++ ;'],
    ...['enum { LOCAL = 2 * 3 } ;', 'case LOCAL * 2 : x ;'],
  ],
  globals: [
    ...M2_PLANET.globals,
    ...[
      'int product = 2 * 3 + 1 ;',
      'int pl [ 2 * 2 ] ;',
      'enum { P1 = A * 2 , P2 = 9 - 2 * P1 } ;',
    ],
    ...['char neg [ ] = { -1 , -20 , -40 , -60 , -80 , -100 , -120 , -128 } ;', 'number * np2 ;'],
    ...[
      '\xff',
      '/*\xff*/',
      '/* \xff */',
      '// \xff',
      '"\xff"',
      'int a\xff ;',
      '\n#if 0\n\xff\n#endif\n',
    ],
    ...[
      '\n#if 0\n#ifdef X\n#if 1\n#endif\n#else\n#endif\n#endif\n',
      '\n#if 0\n#if #endif\n#endif\n',
    ],
    ...['\n#if 0\n#ifdef A #endif\n#endif\n#elif 1\n#if 0\n#endif\n#endif\n'],
  ],
  locals: ['int lw [ 4 ] ;', 'char lc [ 5 ] ;'],
  head: [
    ...M2_PLANET.head,
    'typedef int number ;',
    'number * np ;',
    '\n#define FIRST SECOND\n#define SECOND g\n#define TWICE(a) a + FIRST + a\n',
  ],
};

const ccCases = (dialect: Dialect): Language['cases'] =>
  fc
    .tuple(
      withNewline(nearly(program(dialect), foreignTokens)),
      mostly(['in.c', 'out'], ['in.c'], ['in.c', 'out', 'extra']),
      existingOutput,
    )
    .map(([text, words, { files, modes }]) =>
      programCase('cc_x86', { 'in.c': text, ...files }, { arguments: words, modes }),
    );

/** A program, sometimes with directives between its tokens. */
const m2Program = (dialect: Dialect) =>
  fc
    .tuple(
      program(dialect),
      directives,
      fc.array(fc.tuple(fc.nat(999), conditions), { maxLength: 2 }),
    )
    .map(([pieces, head, inserts]) => {
      const list = [...head, ...pieces];
      for (const [at, text] of inserts) list.splice(at % (list.length + 1), 0, `\n${text}`);
      return list;
    });
const m2Cases = (dialect: Dialect) =>
  fc
    .tuple(
      fc.constantFrom(...ARCHITECTURES),
      fc
        .oneof(
          { weight: 3, arbitrary: program(dialect) },
          { weight: 1, arbitrary: m2Program(dialect) },
        )
        .chain((pieces) => withNewline(nearly(fc.constant(pieces), foreignTokens))),
      mostly<string[]>(
        [],
        ['-E'],
        ['--debug'],
        ['--bootstrap-mode'],
        ['-D', 'V=3'],
        ['--expand-includes'],
      ),
      mostly(['-o', 'out'], []),
      existingOutput,
    )
    .map(([architecture, text, options, output, { files, modes }]) =>
      programCase(
        'M2-Planet',
        { 'in.c': text, 'inc.h': '#define INC 1\nint included ;\n', ...files },
        { arguments: ['-A', architecture, ...options, '-f', 'in.c', ...output], modes },
      ),
    );

/** What -I, the folder of a file and M2libc may contain, and which file includes which. */
const HEADERS = {
  'inc.h': '#define INC 1\nint included ;\n',
  'sub/a.h': '#ifndef GUARD\n#define GUARD\n#include "b.h"\nint in_a ;\n#endif\n',
  'sub/b.h': '#define SEVEN 7\nint in_b ;\n',
  'sub/up.h': '#include "../inc.h"\n#include "sub/b.h"\n',
  'M2libc/sys.h': 'enum { SYS = 4 } ;\n',
  'M2libc/sub/c.h': '#include <sys.h>\nint in_c ;\n',
};
const include = fc
  .constantFrom(
    ...[
      '"inc.h"',
      '"sub/a.h"',
      '"a.h"',
      '<a.h>',
      '<sys.h>',
      '"sys.h"',
      '<sub/c.h>',
      '"sub/c.h"',
      '"up.h"',
    ],
    ...[
      '"sub/up.h"',
      '<b.h>',
      '"./inc.h"',
      '"none.h"',
      '<inc.h>',
      '"sub/../inc.h"',
      '< sys.h >',
      '<>',
      '""',
    ],
  )
  .map((name) => `#include ${name}\n`);
const use = fc.constantFrom(
  ...[
    'int u1 = SEVEN ;\n',
    '#ifdef GUARD\nint u2 ;\n#endif\n',
    'int u3 ( ) { return in_a + in_b ; }\n',
  ],
  ...['int u4 = SYS ;\n', '#if INC\nint u5 ;\n#else\nint u6 ;\n#endif\n', '#undef INC\n'],
);
const withIncludes = (dialect: Dialect) =>
  fc
    .tuple(fc.array(fc.oneof(include, use), { maxLength: 5 }), program(dialect))
    .map(([head, pieces]) => [...head, ...pieces]);
const folderOptions = fc
  .array(
    fc.constantFrom(
      ...[
        ['-I', 'sub'],
        ['-I', 'M2libc'],
        ['-I', 'none'],
        ['-I', '.'],
        ['-I', 'sub/'],
        ['-I', 'a-longer-name'],
      ],
      ...[
        ['-D', 'INC'],
        ['-D', 'GUARD=1'],
        ['-D', 'SEVEN=9'],
        ['-D', 'A=B'],
        ['-g'],
        ['-E'],
        ['--bootstrap-mode'],
      ],
      ...[['--max-string', '300'], ['--max-string', '0x200'], ['-f', 'second.c'], ['second.c']],
    ),
    { maxLength: 4 },
  )
  .map((options) => options.flat());
/** Several files and folders of headers, with all options in any order. */
const folderCases = (dialect: Dialect) =>
  fc
    .tuple(
      fc.constantFrom(...ARCHITECTURES),
      withIncludes(dialect).chain((pieces) =>
        withNewline(nearly(fc.constant(pieces), foreignTokens)),
      ),
      withNewline(
        fc
          .array(fc.oneof(include, use), { maxLength: 3 })
          .map((parts) => `int second ;\n${parts.join('')}`),
      ),
      mostly<string[]>(['--expand-includes'], []),
      folderOptions,
      folderOptions,
    )
    .map(([architecture, text, second, expand, before, after]) =>
      programCase(
        'M2-Planet',
        { 'in.c': text, 'second.c': second, ...HEADERS },
        {
          arguments: [
            '-A',
            architecture,
            ...before,
            ...expand,
            '-f',
            'in.c',
            ...after,
            '-o',
            'out',
          ],
        },
      ),
    );

const allM2Cases = (dialect: Dialect) =>
  fc.oneof(
    { weight: 2, arbitrary: m2Cases(dialect) },
    { weight: 1, arbitrary: folderCases(dialect) },
  );

export const ccX86: Language = {
  name: 'cc_x86',
  cases: ccCases(CC_X86),
  failuresLeaveOutput: false,
};
export const ccX86Older: Language = {
  name: 'cc_x86-1.6.0',
  other: { tool: 'cc_x86', release: '1.6.0', program: ccX86For('1.6.0') },
  cases: ccCases(CC_X86_OLDER),
  failuresLeaveOutput: false,
};
export const m2Planet: Language = {
  name: 'M2-Planet',
  cases: allM2Cases(M2_PLANET),
  failuresLeaveOutput: false,
};
export const m2PlanetNewer: Language = {
  name: 'M2-Planet-01a9ea5',
  other: { tool: 'M2-Planet', release: '01a9ea5', program: m2PlanetFor('01a9ea5') },
  cases: allM2Cases(M2_PLANET_NEWER),
  failuresLeaveOutput: false,
};
