// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * A stranger's file, for every program: each class of bad input ends with a clean error, a non-zero
 * status and nothing made, changed or lost, within bounded memory. Where a language takes the input
 * for valid, the table says so.
 */
import type { Program } from '@stage0-ts/host';
import { TOOLS } from '@stage0-ts/stage0';
import { runInMemory, type VectorCase } from '@stage0-ts/vectors/run';
import { describe, expect, it } from 'vitest';
import { programCase } from '../src/language.ts';

const MEGABYTE = 1 << 20;

/**
 * The command line with which each program reads the input `in`, and the name of its output if it
 * writes to `out`.
 */
const COMMANDS: Readonly<Record<string, readonly string[]>> = {
  hex0: ['in', 'out'],
  hex1: ['in', 'out'],
  'hex2-0': ['in', 'out'],
  M0: ['in', 'out'],
  cc_x86: ['in', 'out'],
  'M2-Planet': ['-A', 'x86', '-f', 'in', '-o', 'out'],
  'blood-elf': ['--little-endian', '-f', 'in', '-o', 'out'],
  M1: ['-A', 'x86', '-f', 'in', '-o', 'out'],
  hex2: ['-A', 'x86', '-f', 'in', '-o', 'out'],
  'M2-Mesoplanet': ['-A', 'x86', '-E', '-f', 'in', '-o', 'out'],
  'kaem-minimal': ['in'],
  kaem: ['-f', 'in'],
  catm: ['out', 'in'],
  'catm-minimal': ['out', 'in'],
  cp: ['in', 'out'],
  sha256sum: ['-o', 'out', 'in'],
  replace: ['-f', 'in', '-m', 'a', '-r', 'b', '-o', 'out'],
  ungz: ['-f', 'in', '-o', 'out'],
  unbz2: ['-f', 'in', '-o', 'out'],
  unxz: ['-f', 'in', '-o', 'out'],
  untar: ['-f', 'in'],
};
const all = Object.keys(COMMANDS);
const archives = ['ungz', 'unbz2', 'unxz', 'untar'];
const compilers = ['cc_x86', 'M2-Planet'];
const shells = ['kaem', 'kaem-minimal'];

interface BadInput {
  readonly about: string;
  /** The content of `in`; absent if that file does not exist, or if it is a directory. */
  readonly input?: string;
  readonly directories?: readonly string[];
  readonly tools: readonly string[];
  /** Words in place of the tool's own. */
  readonly words?: (tool: string) => readonly string[];
}

const DEPTH = 200_000;
const nested = (open: string, close: string) => open.repeat(DEPTH) + close.repeat(DEPTH);
const inFunction = (body: string) => `int f(int x)\n{\n${body}\n}\n`;

const CLASSES: readonly BadInput[] = [
  { about: 'a missing input', tools: all },
  { about: 'a directory as input', directories: ['in'], tools: all },
  {
    about: 'no operands',
    input: '',
    // Without operands these read standard input or have nothing to do, which upstream counts as
    // success.
    tools: all.filter((tool) => !['cc_x86', 'sha256sum', 'M2-Mesoplanet', 'untar'].includes(tool)),
    words: () => [],
  },
  {
    about: 'an output in a folder that does not exist',
    input: '90\n',
    tools: all.filter((tool) => ![...shells, 'untar', ...archives].includes(tool)),
    words: (tool) =>
      (COMMANDS[tool] as readonly string[]).map((word) => (word === 'out' ? 'no/out' : word)),
  },
  {
    about: 'an output that is the input',
    input: '90\n',
    tools: all.filter((tool) => ![...shells, ...archives, 'cp', 'replace'].includes(tool)),
    words: (tool) =>
      (COMMANDS[tool] as readonly string[]).map((word) => (word === 'out' ? 'in' : word)),
  },
  { about: 'an empty file', input: '', tools: ['M0', 'M1', 'M2-Planet', ...archives, 'replace'] },
  {
    about: 'an unterminated string',
    input: ':a\n"text\n',
    tools: ['M0', 'M1', 'M2-Mesoplanet', 'M2-Planet', 'cc_x86', ...shells],
  },
  {
    about: 'an unterminated comment',
    input: 'int x;\n/* text',
    tools: ['M2-Mesoplanet', 'M2-Planet', 'cc_x86'],
  },
  {
    about: 'a comment cut off by the end',
    input: '90 # text',
    tools: ['hex1', 'hex2-0', 'M0', ...shells],
  },
  { about: 'a name cut off by the end', input: ':a %', tools: ['hex1', 'hex2-0', 'hex2'] },
  { about: 'an undefined label', input: ':a %b \n', tools: ['hex2-0', 'hex2'] },
  { about: 'a value out of range', input: ':a !300 ', tools: ['M1'] },
  {
    about: 'a megabyte in one name',
    input: `:${'n'.repeat(MEGABYTE)} 90\n`,
    tools: ['hex2-0', 'hex2', 'M0', 'M1', 'blood-elf'],
  },
  { about: 'a megabyte in one word', input: `echo ${'n'.repeat(MEGABYTE)}\n`, tools: shells },
  {
    about: 'a megabyte in one identifier',
    input: `int ${'n'.repeat(MEGABYTE)};\n`,
    tools: [...compilers, 'M2-Mesoplanet'],
  },
  {
    about: 'a million words in one command',
    input: `echo${' a'.repeat(MEGABYTE / 4)}\n`,
    tools: ['kaem-minimal'],
  },
  {
    about: 'parentheses without end',
    input: inFunction(`return ${nested('(', ')')};`),
    tools: compilers,
  },
  { about: 'braces without end', input: inFunction(nested('{', '}')), tools: compilers },
  {
    about: 'an expression that only opens',
    input: inFunction(`return ${'('.repeat(DEPTH)}`),
    tools: compilers,
  },
  {
    about: 'signs without end',
    input: inFunction(`return ${'- '.repeat(DEPTH)}x;`),
    tools: compilers,
  },
  {
    about: 'a condition without end',
    input: `#if ${'! '.repeat(DEPTH)}1\n#endif\n`,
    tools: ['M2-Planet', 'M2-Mesoplanet'],
  },
  {
    about: 'a macro that holds itself',
    input: '#define A (A)\nint x = A;\n',
    tools: ['M2-Planet', 'M2-Mesoplanet'],
  },
  {
    about: 'a file that includes itself',
    input: '#include "in"\n',
    tools: ['M2-Planet'],
    words: () => ['-A', 'x86', '--expand-includes', '-f', 'in', '-o', 'out'],
  },
  { about: 'an #if without end', input: '#if 0\nint x;\n', tools: ['M2-Planet', 'M2-Mesoplanet'] },
  {
    about: 'a script that starts a program that is not there',
    input: './missing\n',
    tools: shells,
  },
  { about: 'a shell’s if without end', input: 'if echo a\n', tools: ['kaem'] },
  { about: 'a NUL in a name', input: ':a\0b 90\n', tools: ['hex2', 'M1'] },
  { about: 'a NUL in a program', input: 'int x\0;\n', tools: ['M2-Mesoplanet', 'M2-Planet'] },
  {
    about: 'noise',
    input: Array.from({ length: 4000 }, (_, i) =>
      String.fromCharCode((i * i * 7 + (i >> 3)) & 255),
    ).join(''),
    tools: ['M2-Planet', 'M2-Mesoplanet', 'M1', 'cc_x86', ...archives],
  },
  { about: 'a gigabyte of zeros asked for by a few bytes', input: '<1073741825\n', tools: ['M1'] },
  {
    about: 'a header and nothing after it',
    input: '\x1f\x8b\x08\0\0\0\0\0\0\x03',
    tools: ['ungz'],
  },
  { about: 'a header and nothing after it', input: 'BZh9', tools: ['unbz2'] },
  { about: 'a header and nothing after it', input: '\xfd7zXZ\0', tools: ['unxz'] },
  { about: 'a header cut off', input: 'name\0'.padEnd(300, '\0'), tools: ['untar'] },
];

/** A tar archive with one empty entry of the type. */
function tar(name: string, type = '0', target = ''): string {
  const fields = [
    name.padEnd(100, '\0'),
    '0000644\0',
    '0000000\0',
    '0000000\0',
    '00000000000\0',
    '00000000000\0',
    ' '.repeat(8),
    type,
    target.padEnd(100, '\0'),
    'ustar\x0000',
  ];
  const blank = fields.join('').padEnd(512, '\0');
  const sum = [...blank].reduce((total, character) => total + character.charCodeAt(0), 0);
  const header = `${blank.slice(0, 148)}${sum.toString(8).padStart(6, '0')}\0 ${blank.slice(156)}`;
  return header + '\0'.repeat(1024);
}
const TRAVERSALS: readonly BadInput[] = [
  ['an absolute name', tar('/tmp/stage0-escape')],
  ['a name that climbs', tar('../escape')],
  ['a name that climbs later', tar('a/../../escape')],
  ['a name through a link out', tar('l', '2', '/tmp') + tar('l/escape')],
  ['a hard link to the outside', tar('h', '1', '../outside')],
].map(([about, input]) => ({
  about: `an archive with ${about}`,
  // Two entries become one archive: the end of the first is removed.
  input: (input as string).replace(/^((?:.|\n){512})\0{1024}(?=.)/, '$1'),
  tools: ['untar'],
}));

function bad(tool: string, { input, directories, words }: BadInput): VectorCase {
  const arguments_ = words?.(tool) ?? (COMMANDS[tool] as readonly string[]);
  const files = input === undefined ? {} : { in: input };
  return programCase(
    tool,
    { ...files, out: 'what was there\n' },
    { arguments: arguments_, ...(directories && { directories }) },
  );
}

/**
 * A clean error: where, or which program, and what is wrong; or upstream's own words, where its
 * test suites expect them.
 */
const CLEAN = /(^|\n)([^\n]*: error: [^\n]+|WHILE EXECUTING [^\n]* NOT FOUND!\nABORTING HARD)\n/;

describe.each([...CLASSES, ...TRAVERSALS].map((one) => [one.about, one] as const))(
  '%s',
  (_, one) => {
    it.each(one.tools)('%s', (tool) => {
      const before = process.memoryUsage().rss;
      const { end, stderr, changes, stdout } = runInMemory(
        bad(tool, one),
        TOOLS[tool] as Program,
        TOOLS,
      );
      expect(end).not.toBe(0);
      // kaem-minimal has only one message for programs that it cannot start, and prints it on
      // standard output.
      expect(
        stderr +
          (tool === 'kaem-minimal' ? stdout.replace('Subprocess error', 'x: error: it') : ''),
      ).toMatch(CLEAN);
      if (/nested too deeply/.test(stderr)) expect(stderr).toMatch(/^in:\d+:\d+: error: .*\n {2}/m);
      expect(stderr).not.toMatch(/\n {4}at |RangeError|TypeError/);
      expect(stderr.length).toBeLessThan(10_000);
      expect([...changes.keys()]).toEqual([]);
      expect(process.memoryUsage().rss - before).toBeLessThan(600 * MEGABYTE);
    });
  },
);
