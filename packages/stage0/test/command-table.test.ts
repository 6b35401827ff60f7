// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * What comes from the table of commands: parsing, help, the README's table, completion, man page.
 */

import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import { describe, expect, it } from 'vitest';
import { type Command, helpText, readArguments, synopsis } from '../src/node/command.ts';
import { COMMANDS } from '../src/node/commands.ts';
import { completionCommand } from '../src/node/completion.ts';
import { manPage } from '../src/node/man-page.ts';
import { TOOL_TABLE } from '../src/node/tool-table.ts';

const TOOLS = Object.keys(TOOL_TABLE);
const ALL = [...COMMANDS, completionCommand(COMMANDS, TOOLS)];
const STAGE0 = new URL('../bin/stage0.js', import.meta.url).pathname;

function completionScript(shell: string): string {
  return spawnSync(process.execPath, [STAGE0, 'completion', shell], { encoding: 'utf8' }).stdout;
}

const SAMPLE: Command = {
  name: 'sample',
  summary: 'for this test',
  operands: [{ name: 'FROM' }, { name: 'TO', isOptional: true, isRepeated: true }],
  about: 'About it.',
  options: {
    out: { value: 'DIR', help: 'where to' },
    root: { value: 'TREE', help: 'of what', isRequired: true },
    level: { value: 'N', help: 'how much', default: '3' },
    env: { value: 'NAME=V', help: 'a variable', isRepeated: true },
    quiet: { help: 'say nothing' },
  },
  exitStatus: '0 done.',
  load: async () => () => 0,
};

describe('parsing', () => {
  it('gives operands, values, defaults, repeated values and switches', () => {
    const words = ['a', '--env', 'x=1', '--root=r', '--env=y=2', 'b', '--', '--quiet'];
    const given = readArguments(SAMPLE, words);
    expect(given?.operands).toEqual(['a', 'b', '--quiet']);
    expect(given?.texts('env')).toEqual(['x=1', 'y=2']);
    expect([given?.text('root'), given?.text('level'), given?.optionalText('out')]).toEqual([
      'r',
      '3',
      undefined,
    ]);
    expect([given?.has('quiet'), given?.knows('help')]).toEqual([false, false]);
    expect(() => given?.has('verbose')).toThrow('does not declare --verbose');
  });

  it.each([['--help'], ['-h'], ['a', '--help']])('sees a request for help: %j', (...words) => {
    expect(readArguments(SAMPLE, words)).toBeUndefined();
  });

  it.each([
    [['--root', 'r'], 'sample takes a FROM'],
    [['a'], 'sample needs --root TREE'],
    [['a', '--root'], '--root takes a value: TREE'],
    [['a', '--root='], '--root takes a value: TREE'],
    [['a', '--root', '--quiet'], '--root takes a value: TREE; --root=--quiet if that is it'],
    [['a', '--root=r', '--quiet=1'], '--quiet takes no value'],
    [['a', '--rot', 'r'], 'unknown option --rot; did you mean --root?'],
    [['a', '--frobnicate'], 'unknown option --frobnicate'],
    [['a', '-q'], 'unknown option -q'],
    [['a', '--__proto__'], 'unknown option --__proto__'],
    [['a', '--constructor'], 'unknown option --constructor'],
  ])('refuses %j', (words, message) => {
    expect(() => readArguments(SAMPLE, words)).toThrow(message);
  });

  it('says so where a command has no operands', () => {
    const bare: Command = { ...SAMPLE, operands: [], options: { quiet: { help: '' } } };
    expect(readArguments(bare, ['--quiet'])?.operands).toEqual([]);
    expect(() => readArguments(bare, ['x'])).toThrow('sample takes options only');
  });

  it('leaves the words after the first operand to a program, where the table says so', () => {
    const exec: Command = { ...SAMPLE, options: { quiet: { help: '' } }, optionsFirst: true };
    const given = readArguments(exec, ['--quiet', 'prog', '--help', '--none']);
    expect(given?.operands).toEqual(['prog', '--help', '--none']);
    expect(given?.has('quiet')).toBe(true);
    expect(() => readArguments(exec, ['--none', 'prog'])).toThrow('unknown option --none');
  });
});

it.each(ALL)('$name has help in lines of at most 100 characters, with every option', (command) => {
  const text = helpText(command);
  for (const line of text.split('\n')) expect(line.length, line).toBeLessThanOrEqual(100);
  for (const option of Object.keys(command.options)) expect(text).toContain(`  --${option}`);
});

it('the README has the table of commands', () => {
  const rows = ALL.map((one) => `| \`stage0 ${one.name} ${synopsis(one)}\` | ${one.summary} |`);
  const table = [
    '| command | what it does |',
    '|---|---|',
    ...rows,
    "| `stage0 TOOL [ARGUMENT…]` | run one tool as upstream's program of that name |",
  ].join('\n');
  const readme = fs.readFileSync(new URL('../README.md', import.meta.url), 'utf8');
  const found = /^\| command \|(?:.+\n)+/m.exec(readme)?.[0];
  expect(found?.trimEnd()).toBe(table);
});

it('stage0.1 is the man page of the table', async () => {
  // After a change of the table: npx --no vitest run packages/stage0/test/command-table.test.ts
  // --update
  const file = new URL('../stage0.1', import.meta.url).pathname;
  await expect(manPage(ALL, TOOLS)).toMatchFileSnapshot(file);
});

describe('completion', () => {
  it.each([
    [['stage0', 'che'], 'check'],
    [['stage0', 'check', '--ag'], '--against'],
    [['stage0', 'help', 'M2-M'], 'M2-Mesoplanet'],
    [['stage0', 'run', '--t'], '--time-limit'],
    [['stage0', 'hex0', '--t'], ''],
  ])('bash completes %j to %s', (words, expected) => {
    const last = words.length - 1;
    const script = `${completionScript('bash')}
COMP_WORDS=(${words.map((word) => `'${word}'`).join(' ')}); COMP_CWORD=${last}
_stage0; echo "\${COMPREPLY[@]}"`;
    const { status, stdout, stderr } = spawnSync('bash', ['-c', script], { encoding: 'utf8' });
    expect([status, stderr, stdout]).toEqual([0, '', `${expected}\n`]);
  });

  it('has every command and option for fish, and the bash script for zsh', () => {
    const fish = completionScript('fish');
    for (const { name, options } of ALL) {
      expect(fish).toContain(`-a ${name} `);
      for (const option of Object.keys(options)) expect(fish).toContain(`-l ${option} `);
    }
    expect(completionScript('zsh')).toBe(
      `autoload -U +X bashcompinit && bashcompinit\n${completionScript('bash')}`,
    );
  });

  it('refuses a shell that it does not know', () => {
    const words = [STAGE0, 'completion', 'tcsh'];
    const { status, stderr } = spawnSync(process.execPath, words, { encoding: 'utf8' });
    expect([status, stderr.split('\n')[0]]).toEqual([
      2,
      'stage0 completion: no shell is named tcsh: bash, zsh, fish',
    ]);
  });
});
