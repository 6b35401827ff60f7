// SPDX-License-Identifier: GPL-3.0-or-later
// biome-ignore-all lint/suspicious/noTemplateCurlyInString: kaem's syntax, not ours
/** --warn reports what other shells understand, and not what upstream's language has. */
import { encodeUtf8 } from '@stage0-ts/bytes';
import { MemoryFiles, MemoryHost } from '@stage0-ts/host/memory';
import { kaem, type ShellName, scriptWarnings } from '@stage0-ts/kaem';
import { describe, expect, it } from 'vitest';

const warnings = (text: string, shell: ShellName) =>
  scriptWarnings({ name: 'run', bytes: encodeUtf8(text) }, shell).map(
    ({ code, line, column }) => `${code} ${line}:${column}`,
  );

describe('both shells', () => {
  it.each([
    ['cat a > b\n', 'operator 1:7'],
    ['cat a >b\n', 'operator 1:7'],
    ['cat a 2>&1\n', 'operator 1:7'],
    ['cat < a\n', 'operator 1:5'],
    ['a\nb | c\n', 'operator 2:3'],
    ['a && b\n', 'operator 1:3'],
    ['a || b\n', 'operator 1:3'],
    ['a &\n', 'operator 1:3'],
    ['a b&\n', 'operator 1:3'],
    ['echo `date`\n', 'backtick 1:6'],
    ["echo 'a b'\n", 'single-quote 1:6'],
    ['rm *.o\n', 'pattern 1:4'],
    ['cc -D"A=1"x\n', 'quote-ends-word 1:11'],
    ['a b#c\n', 'comment-in-word 1:4'],
    ['a b', 'no-line-feed 1:1'],
    ['a\nb c', 'no-line-feed 2:1'],
  ])('%j', (text, expected) => {
    expect(warnings(text, 'kaem')[0]).toBe(expected);
    expect(warnings(text, 'kaem-minimal')[0]).toBe(expected);
  });

  it.each([
    "# a > b | c && `d` 'e' *\n\n  # only a comment",
    './bin/catm "a > b" "|" "it\'s" "*" "`"\n',
    './a --base-address 0x8048000 \\\n -o b\t-f c # done\n',
    './a -D "A=1" "x#y"\n',
  ])('not in %j', (text) => {
    expect(warnings(text, 'kaem')).toEqual([]);
    expect(warnings(text, 'kaem-minimal')).toEqual([]);
  });
});

describe('one shell', () => {
  it.each<[ShellName, string, string[]]>([
    ['kaem', 'A=1 ./prog\n', ['assignment-drops 1:5']],
    ['kaem', 'A=1\n./prog ${A} ${B:-c}; ./other A=1\n', []],
    ['kaem', './prog x$@\n', ['variable 1:8']],
    ['kaem', './prog $@ ${A}b a;b\n', []],
    ['kaem', './prog ab\\\n c\n', ['backslash 1:10']],
    ['kaem', './prog a\\"b\n', []],
    ['kaem-minimal', './prog ${A}\n', ['variable 1:8']],
    ['kaem-minimal', './prog a; ./b\n', ['operator 1:8']],
    ['kaem-minimal', './prog a\\ b\n', ['backslash 1:9']],
    ['kaem-minimal', './prog a\\\nb\n', []],
  ])('%s: %j', (shell, text, expected) => expect(warnings(text, shell)).toEqual(expected));
});

it('--warn prints them, and the script runs as without the option', () => {
  const files = new MemoryFiles();
  files.writeFile('/run', encodeUtf8('echo a > b\n'), 0o644);
  const run = (...options: string[]) => {
    const streams = { stdout: '', stderr: '' };
    const host = new MemoryHost({
      files,
      stdout: (bytes) => {
        streams.stdout += Buffer.from(bytes).toString();
      },
      stderr: (bytes) => {
        streams.stderr += Buffer.from(bytes).toString();
      },
    });
    return { status: kaem(['kaem', ...options, '-f', 'run'], host), ...streams };
  };
  expect(run()).toEqual({ status: 0, stdout: 'a > b\n', stderr: '' });
  expect(run('--warn')).toEqual({
    status: 0,
    stdout: 'a > b\n',
    stderr:
      'run:1:8: warning: > is an argument here: there are no operators\n' +
      '  echo a > b\n         ^\n',
  });
});
