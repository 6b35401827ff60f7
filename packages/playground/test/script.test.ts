// SPDX-License-Identifier: GPL-3.0-or-later
// biome-ignore-all lint/suspicious/noTemplateCurlyInString: kaem's syntax, not ours
/** kaem in the page: each command, what it started, printed and left, and where a script ends. */
import { describe, expect, it } from 'vitest';
import { LANGUAGES } from '../src/program/examples.ts';
import { runKaem } from '../src/program/script-run.ts';
import { encode } from '../src/program/translate.ts';
import { readersFiles } from '../src/shared/readers-files.ts';
import { ladder, library } from './contents.ts';

const run = (text: string) => runKaem(encode(text), readersFiles(ladder, library));
const examples = LANGUAGES.find(({ name }) => name === 'kaem')?.examples ?? [];

describe('the examples', () => {
  it('make four equal programs', () => {
    const { commands, files, status } = run(examples[0]?.text ?? '');
    expect(status).toBe(0);
    expect(commands.filter(({ printed }) => printed === 'Hello, stage0!\n')).toHaveLength(2);
    const programs = files.filter(({ isProgram }) => isProgram).map(({ bytes }) => bytes);
    expect(programs).toHaveLength(4);
    for (const bytes of programs) expect(bytes).toEqual(programs[0]);
  });

  it('show what a compiler starts, and the branch that runs', () => {
    const { commands, files, status } = run(examples[1]?.text ?? '');
    expect(status).toBe(0);
    const compiler = commands.find(({ words }) => words.startsWith('M2-Mesoplanet'));
    const names = compiler?.programs.map(({ words, depth }) => [words.split(' ')[0], depth]);
    const inner = ['M2-Planet', 'blood-elf', 'M1', 'hex2'].map((name) => [name, 2]);
    expect(names).toEqual([['M2-Mesoplanet', 1], ...inner]);
    const greet = commands.find(({ words }) => words === './greet');
    expect(greet?.programs).toMatchObject([{ isMachine: true, failure: undefined }]);
    expect(greet?.printed).toBe('Hello, stage0!\nHello, stage0!\n');
    expect(commands.filter(({ words }) => words.startsWith('echo'))).toHaveLength(1);
    expect(files.map(({ path }) => path)).toEqual(['made/greet']);
  });
});

describe('a command', () => {
  it('is shown as kaem understood it, and nothing that is printed is taken for one', () => {
    const { commands } = run('A="b c"\necho " +> not a command" ${A}\n');
    expect(commands).toMatchObject([
      { words: 'A=b c', start: 0, printed: '' },
      { words: 'echo  +> not a command b c', start: 8, printed: ' +> not a command b c\n' },
    ]);
  });

  it('of a kaem started by a script belongs to the command that started it', () => {
    const { commands } = run('cp ${LADDER}/build.kaem x\nkaem --file x\n');
    expect(commands.map(({ words }) => words)).toEqual([
      'cp /ladder/build.kaem x',
      'kaem --file x',
    ]);
    expect(commands[1]?.programs.length).toBeGreaterThan(1);
  });
});

describe('a script ends', () => {
  it.each<[string, number, string]>([
    ['echo a\nnowhere\necho b\n', 7, 'the script ends with this command'],
    ['echo a\nhex0 none made\necho b\n', 7, 'Subprocess error 1'],
    ['echo a\ncd nowhere\n', 7, 'cd failed!'],
    ['echo a\nif match a b\necho b\n', 7, 'improperly terminated'],
  ])('%j', (text, offset, message) => {
    const { commands, error, status } = run(text);
    expect(status).not.toBe(0);
    expect(error).toMatchObject({ offset, message: expect.stringContaining(message) });
    expect(commands[0]).toMatchObject({ words: 'echo a', printed: 'a\n' });
    expect(commands.map(({ words }) => words)).not.toContain('echo b');
  });

  it('with what its program said', () => {
    const { commands } = run('hex0 none made\n');
    expect(commands[0]?.printed).toContain('none: error: no such file or directory');
    expect(commands[0]?.programs).toMatchObject([{ failure: 'exit status 1', made: [] }]);
  });

  it('that starts itself', () => {
    const { error, status } = run('kaem --file script.kaem\n');
    expect(status).not.toBe(0);
    expect(error).toBeDefined();
  });

  it('and leaves what was made before', () => {
    const { files } = run('hex0 ${LADDER}/hello/hello.hex0 one\nhex0 none two\n');
    expect(files.map(({ path, isProgram }) => [path, isProgram])).toEqual([['one', true]]);
  });
});
