// SPDX-License-Identifier: GPL-3.0-or-later
/** The languages, and a program in each to begin with: those of test-vectors/ladder. */
import hello from '../../../../test-vectors/ladder/hello/hello.c?raw';
import helloHex0 from '../../../../test-vectors/ladder/hello/hello.hex0?raw';
import helloHex1 from '../../../../test-vectors/ladder/hello/hello.hex1?raw';
import helloHex2 from '../../../../test-vectors/ladder/hello/hello.hex2?raw';
import helloM1 from '../../../../test-vectors/ladder/hello/hello.M1?raw';
import seed from '../../../../test-vectors/ladder/seed/hex0.hex0?raw';
import capitalsHex2 from './examples/capitals.hex2?raw';
import countC from './examples/count.c?raw';
import echoM1 from './examples/echo.M1?raw';
import greetKaem from './examples/greet.kaem?raw';
import helloKaem from './examples/hello.kaem?raw';
import loopHex1 from './examples/loop.hex1?raw';
import squaresC from './examples/squares.c?raw';
import type { LanguageName } from './translate.ts';

export interface Example {
  readonly title: string;
  readonly text: string;
  /** Its command line, if it needs one. */
  readonly args?: string;
}

export interface Language {
  /** kaem is for scripts, which are run instead of translated. */
  readonly name: LanguageName | 'kaem';
  /** What the language adds to the one before it. */
  readonly summary: string;
  /** The tools that turn its text into the image. */
  readonly tools: string;
  /** The marks that begin comments, for colouring. */
  readonly comments: readonly string[];
  readonly examples: readonly Example[];
}

export const LANGUAGES: readonly Language[] = [
  {
    name: 'hex0',
    summary: 'pairs of hexadecimal digits and comments; every offset counted by hand',
    tools: 'hex0',
    comments: ['#', ';'],
    examples: [
      { title: 'hello', text: helloHex0 },
      { title: 'an assembler of hex0', text: seed, args: 'source made' },
    ],
  },
  {
    name: 'hex1',
    summary: '+ labels of one character (:a), and distances to them (%a)',
    tools: 'hex1',
    comments: ['#', ';'],
    examples: [
      { title: 'hello', text: helloHex1 },
      { title: 'a loop', text: loopHex1 },
    ],
  },
  {
    name: 'hex2',
    summary:
      '+ labels with names, absolute addresses (&name), and distances of one, two or four bytes',
    tools: 'hex2',
    comments: ['#', ';'],
    examples: [
      { title: 'hello', text: helloHex2 },
      { title: 'input in capitals', text: capitalsHex2 },
    ],
  },
  {
    name: 'M0',
    summary:
      '+ names for instructions (DEFINE), decimal numbers (%10, !10), and strings; no checks',
    tools: 'catm, M0, catm, hex2-0',
    comments: ['#', ';'],
    examples: [
      { title: 'hello', text: helloM1 },
      { title: 'echo its argument', text: echoM1, args: 'stage0' },
    ],
  },
  {
    name: 'M1',
    summary: 'the same, for every architecture, and a word that nobody has defined is an error',
    tools: 'M1, hex2',
    comments: ['#', ';'],
    examples: [
      { title: 'hello', text: helloM1 },
      { title: 'echo its argument', text: echoM1, args: 'stage0' },
    ],
  },
  {
    name: 'cc_x86',
    summary: 'the C of the first compiler: every value is a word, && is &, and nothing is checked',
    tools: 'cc_x86, catm, M0, catm, hex2-0',
    comments: ['//', '/*', '#'],
    examples: [
      { title: 'hello', text: hello },
      { title: 'squares', text: squaresC },
    ],
  },
  {
    name: 'C',
    summary: 'the subset of C that M2-Planet compiles',
    tools: 'M2-Planet, M1, hex2',
    comments: ['//', '/*'],
    examples: [
      { title: 'hello', text: hello },
      { title: 'count with a struct', text: countC },
    ],
  },
  {
    name: 'kaem',
    summary: 'scripts: which program runs on which files, in which order',
    tools: 'kaem',
    comments: ['#'],
    examples: [
      { title: 'hello, four times', text: helloKaem },
      { title: 'a compiler with an alias', text: greetKaem },
    ],
  },
];
