// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * What must hold for every script, known or not. Scripts, words and output are byte strings here.
 */
import { decodeLatin1, encodeLatin1, hostToLatin1 } from '@stage0-ts/bytes';
import type { Program } from '@stage0-ts/host';
import { MemoryFiles, MemoryHost } from '@stage0-ts/host/memory';
import { kaem, kaemMinimal } from '@stage0-ts/kaem';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

/**
 * Run the script with a program `./p`, whose n-th start ends with the n-th of `statuses`, and later
 * starts with 0.
 */
function run(shell: Program, script: string, args: string[] = [], statuses: number[] = []) {
  const files = new MemoryFiles();
  files.writeFile('/script', encodeLatin1(script), 0o644);
  files.writeFile('/p', new Uint8Array(), 0o755);
  const starts: string[][] = [];
  const environments: string[][] = [];
  let stdout = '';
  const host = new MemoryHost({
    files,
    environment: ['PATH=/'],
    stdout: (bytes) => {
      stdout += decodeLatin1(bytes);
    },
    engine: (_image, argv, { environment }) => {
      environments.push(environment.map(hostToLatin1));
      starts.push(argv.map(hostToLatin1));
      return { kind: 'exited', status: statuses[starts.length - 1] ?? 0 };
    },
  });
  const command = shell === kaem ? ['kaem', ...args, '-f', 'script'] : ['kaem-minimal', 'script'];
  return { status: shell(command, host), stdout, starts, environments };
}

/**
 * Byte strings of 1 to 20 bytes for which `allowed` is true. A single blank is not a word for kaem.
 */
const wordsOf = (allowed: (byte: number) => boolean) =>
  fc
    .array(
      fc.integer({ min: 1, max: 255 }).filter((byte) => allowed(byte)),
      { minLength: 1, maxLength: 20 },
    )
    .map((bytes) => String.fromCharCode(...bytes))
    .filter((word) => word !== ' ');

const [BACKSLASH, DOLLAR, QUOTE, MINIMAL_END] = [0x5c, 0x24, 0x22, 0xfc];
const anyWord = wordsOf((byte) => byte !== DOLLAR);
/** What both shells read literally between quotes. */
const quotedWord = wordsOf((byte) => ![BACKSLASH, DOLLAR, QUOTE, MINIMAL_END].includes(byte));
const plainWord = fc.stringMatching(/^[a-z0-9.,+_/-]{1,12}$/);
const words = fc.array(plainWord, { maxLength: 6 });

/** The word in kaem's quotes. */
const quoted = (word: string) =>
  `"${word.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n')}"`;

const shells: [string, Program][] = [
  ['kaem', kaem],
  ['kaem-minimal', kaemMinimal],
];

describe.each(shells)('%s', (_name, shell) => {
  it('gives quoted words to a program as they are', () => {
    fc.assert(
      fc.property(fc.array(quotedWord, { maxLength: 6 }), (list) => {
        const script = `./p ${list.map((word) => `"${word}"`).join(' ')}\n`;
        expect(run(shell, script)).toMatchObject({ status: 0, starts: [['./p', ...list]] });
      }),
    );
  });

  it('takes any number of blanks, tabs and escaped line ends between words', () => {
    // Directly before a word, an escaped line end makes kaem lose the word; two blanks at the end
    // make it lose the command.
    const gap = fc
      .array(fc.constantFrom(' ', '\t', ' \\\n '), { minLength: 1, maxLength: 4 })
      .map((parts) => parts.join(''));
    const end = fc.constantFrom('', ' ', '\t');
    fc.assert(
      fc.property(fc.array(fc.tuple(gap, plainWord), { maxLength: 6 }), end, (pairs, last) => {
        const { status, starts } = run(shell, `./p${pairs.flat().join('')}${last}\n`);
        expect([status, starts]).toEqual([0, [['./p', ...pairs.map(([, word]) => word)]]]);
      }),
    );
  });

  it('starts the same programs with comments and empty lines in between', () => {
    const noise = fc
      .array(fc.constantFrom('\n', '# ./p "no\n', '#\n', '  \n', '\t# \\\n'), { maxLength: 3 })
      .map((lines) => lines.join(''));
    fc.assert(
      fc.property(fc.array(fc.tuple(words, noise), { maxLength: 5 }), (lines) => {
        const command = (list: string[]) => ['./p', ...list].join(' ');
        const script = lines.map(([list, extra]) => `${command(list)} # end\n${extra}`);
        const { status, starts } = run(shell, script.join(''));
        expect([status, starts]).toEqual([0, lines.map(([list]) => ['./p', ...list])]);
      }),
    );
  });

  it('stops at the first program that fails, and only then', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(0, 0, 0, 1, 255), { maxLength: 8 }), (statuses) => {
        const { status, starts } = run(shell, './p\n'.repeat(statuses.length), [], statuses);
        const failed = statuses.findIndex((one) => one !== 0);
        expect(starts.length).toBe(failed < 0 ? statuses.length : failed + 1);
        expect(status).toBe(failed < 0 ? 0 : 1);
      }),
    );
  });

  it('ends every script with a status', () => {
    const parts = fc.constantFrom(
      ...['./p', '"', ' ', '\n', '\n', '\\', '#', ';', '\t', '$', '{A', ':-b', '}', '$@', 'A=b'],
      ...['echo', 'if', 'else', 'fi', 'cd', 'pwd', 'set', '-e', '-x', 'unset', 'alias', 'p', '\0'],
    );
    const end = (script: string) => {
      expect([0, 1]).toContain(run(shell, script).status);
    };
    fc.assert(
      fc.property(fc.array(parts, { maxLength: 30 }), (list) => end(list.join(''))),
      { numRuns: 2000 },
    );
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => end(decodeLatin1(bytes))),
      { numRuns: 500 },
    );
  });
});

describe('kaem', () => {
  it('echoes quoted words', () => {
    fc.assert(
      fc.property(fc.array(anyWord, { maxLength: 6 }), (list) => {
        const script = `echo ${list.map(quoted).join(' ')}\n`;
        expect(run(kaem, script).stdout).toBe(`${list.join(' ')}\n`);
      }),
    );
  });

  it('keeps a variable, and passes it on', () => {
    const name = fc.stringMatching(/^[A-Z_][A-Z0-9_]{0,8}$/).filter((one) => one !== 'PATH');
    fc.assert(
      fc.property(name, anyWord, plainWord, (variable, value, around) => {
        const script = [
          `${variable}=${quoted(value)}`,
          `echo ${around}\${${variable}} \${${variable}:-no} \${NOT${variable}:-yes}`,
          './p',
          '',
        ];
        const { stdout, environments } = run(kaem, script.join('\n'));
        expect(stdout).toBe(`${around}${value} ${value} yes\n`);
        expect(environments[0]).toContain(`${variable}=${value}`);
      }),
    );
  });

  it('runs an alias as the text that it means', () => {
    fc.assert(
      fc.property(words, words, (first, second) => {
        const alias = `alias run="${['./p', ...first].join(' ')}"\n`;
        const { starts } = run(kaem, `${alias}${['run', ...second].join(' ')}\n`);
        expect(starts).toEqual([['./p', ...first, ...second]]);
      }),
    );
  });

  it('runs one branch of an if, depending on how its command ended', () => {
    fc.assert(
      fc.property(fc.boolean(), words, words, (succeeds, first, second) => {
        const line = (list: string[]) => `./p ${list.join(' ')}\n`;
        const script = `if ./p\n${line(first)}else\n${line(second)}fi\n`;
        const { status, starts } = run(kaem, script, [], [succeeds ? 0 : 1]);
        expect(status).toBe(0);
        expect(starts).toEqual([['./p'], ['./p', ...(succeeds ? first : second)]]);
      }),
    );
  });

  it('goes on with --non-strict, whatever fails', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(255), { maxLength: 8 }), (statuses) => {
        const script = './p\n'.repeat(statuses.length);
        const { status, starts } = run(kaem, script, ['--non-strict'], statuses);
        expect([status, starts.length]).toEqual([0, statuses.length]);
      }),
    );
  });
});
