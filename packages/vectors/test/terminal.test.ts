// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * No tool sends raw control or bidirectional characters to standard error when it fails, whatever
 * its sources, file names and arguments hold; and where a carriage return or a byte order mark is
 * the trouble, the message says so.
 */
import { decodeUtf8, encodeLatin1 } from '@stage0-ts/bytes';
import { MemoryFiles, MemoryHost } from '@stage0-ts/host/memory';
import { TOOLS } from '@stage0-ts/stage0';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

/** Run a tool in a folder with `sources`, which are byte strings. */
function run(
  tool: string,
  argv: readonly string[],
  sources: Readonly<Record<string, string>>,
  environment: readonly string[] = [],
) {
  const files = new MemoryFiles();
  for (const [name, text] of Object.entries(sources)) {
    files.writeFile(`/${name}`, encodeLatin1(text), 0o755);
  }
  let stderr = '';
  const host = new MemoryHost({
    files,
    environment,
    stderr: (bytes) => {
      stderr += decodeUtf8(bytes);
    },
  });
  const status = TOOLS[tool]?.([tool, ...argv], host);
  return { status, stderr };
}

/**
 * Erase the screen, forge a line, reverse the writing direction, C1, a byte that is not UTF-8; as
 * bytes.
 */
const HOSTILE = [
  '\x1b[2J',
  '\r',
  '\x07',
  '\xe2\x80\xae',
  '\xc2\x9b2J',
  '\x9b',
  '\x7f',
  '\xe2\x80\xa8',
];
/** Pieces of all languages, so that a source is read for some way before it is wrong. */
const PIECES = [
  ...[
    '41 ',
    ':a',
    '%a ',
    '!a ',
    '@',
    '&b>c ',
    'DEFINE a 41\n',
    '"x" ',
    "'00' ",
    '#',
    ';',
    '\n',
    ' ',
  ],
  ...[
    'int f(',
    'int x',
    '){',
    '}',
    ';\n',
    'return ',
    'x',
    '=',
    '1',
    '"s"',
    '#define a ',
    '#if ',
    '\n',
  ],
  ...[
    '#include "',
    '#include <',
    '#error ',
    'echo ',
    './p ',
    '${',
    '}',
    'cd ',
    'set -',
    'if ',
    'alias ',
  ],
];
const source = fc
  .array(fc.oneof(fc.constantFrom(...PIECES), fc.constantFrom(...HOSTILE)), { maxLength: 14 })
  .map((pieces) => pieces.join(''));
const hostileName = fc
  .tuple(fc.constantFrom(...HOSTILE), fc.constantFrom('', 'ok\n', '-', '--'))
  .map(([hostile, word]) => decodeUtf8(encodeLatin1(`${word}${hostile}`)));

/** The command line with which each tool reads a source. */
const COMMANDS: Readonly<Record<string, (name: string) => string[]>> = {
  hex0: (name) => [name, 'out', '--strict'],
  hex1: (name) => [name, 'out', '--strict'],
  'hex2-0': (name) => [name, 'out', '--strict'],
  hex2: (name) => ['-A', 'x86', '-f', name, '--strict'],
  M0: (name) => [name, 'out', '--strict'],
  M1: (name) => ['-A', 'x86', '-f', name, '--strict'],
  'blood-elf': (name) => ['-f', name, '-o', 'out'],
  cc_x86: (name) => [name, 'out'],
  'M2-Planet': (name) => ['-A', 'x86', '--expand-includes', '-f', name],
  'M2-Mesoplanet': (name) => ['-A', 'x86', '-E', '-f', name],
  kaem: (name) => ['-f', name],
  'kaem-minimal': (name) => [name],
  replace: (name) => ['-f', name, '-o', 'out'],
  untar: (name) => ['-f', name],
  ungz: (name) => ['-f', name],
  unbz2: (name) => ['-f', name],
  unxz: (name) => ['-f', name],
};

const UNPRINTABLE = /[^\P{C}\n]|[\u2028\u2029]/u;

describe.each(Object.entries(COMMANDS))('%s', (tool, command) => {
  it('shows what it quotes of a source', () => {
    fc.assert(
      fc.property(source, (text) => {
        const { status, stderr } = run(tool, command('in'), { in: text });
        if (status !== 0) expect(stderr).not.toMatch(UNPRINTABLE);
      }),
      { numRuns: 400 },
    );
  });

  it('shows names and arguments', () => {
    fc.assert(
      fc.property(hostileName, source, (name, text) => {
        for (const argv of [command(name), [...command('in'), name], [name]]) {
          const { status, stderr } = run(tool, argv, { in: text, [name]: text });
          if (status !== 0) expect(stderr).not.toMatch(UNPRINTABLE);
        }
      }),
      { numRuns: 50 },
    );
  });
});

describe('a carriage return or byte order mark that is the trouble', () => {
  const WINDOWS = /hint: the line ends in CR LF \(Windows line ends\); convert the file/;
  const MARKED = /hint: the file begins with a byte order mark/;

  it.each([
    ['M2-Planet', 'int main()\r\n{\r\n\treturn 0;\r\n}\r\n'],
    ['M1', ':a\r\nfoo\r\n'],
    ['hex2', ':a\r\n%b\r\n'],
    ['kaem', 'nothing a\r\n'],
    ['kaem', './in\r\n'],
    ['kaem-minimal', './in a\r\n'],
    ['kaem-minimal', './nothing\r\n'],
  ])('%s: %j', (tool, text) => {
    const { status, stderr } = run(tool, (COMMANDS[tool] as (name: string) => string[])('in'), {
      in: text,
    });
    expect(status).toBe(1);
    expect(stderr).toMatch(WINDOWS);
    expect(stderr).toMatch(/^in:\d+:\d+: error: /m);
  });

  it.each([
    ['M2-Planet', '\xef\xbb\xbfint main() { return 0; }\n'],
    ['cc_x86', '\xef\xbb\xbfint main() { return 0; }\n'],
    ['M1', '\xef\xbb\xbffoo\n'],
    ['kaem', '\xef\xbb\xbfecho a\n'],
    ['kaem-minimal', '\xef\xbb\xbf./in a\n'],
  ])('%s: %j', (tool, text) => {
    const { status, stderr } = run(tool, (COMMANDS[tool] as (name: string) => string[])('in'), {
      in: text,
    });
    expect(status).toBe(1);
    expect(stderr).toMatch(MARKED);
  });
});
