// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * The shell of the course's pages: the grammar, the utilities, and every chapter, without a
 * browser.
 */
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { blocksOf } from '../../stage0/test/documents.ts';
import { commandsOf, outputPattern } from '../src/course/console-text.ts';
import { World } from '../src/course/world.ts';
import { ladder, library, TUTORIAL } from './contents.ts';

const newWorld = () => new World(ladder, library);

const chapters = fs.readdirSync(TUTORIAL).filter((name) => /^\d.*\.md$/.test(name));

describe.each(chapters)('%s', (chapter) => {
  const world = newWorld();
  it.each(blocksOf(path.join(TUTORIAL, chapter)))('line $line', ({ language, file, text }) => {
    if (file !== undefined) world.write(file, text);
    if (language !== 'console') return;
    for (const { command, output } of commandsOf(text)) {
      const { output: printed } = world.shell.run(command);
      const ended = printed === '' || printed.endsWith('\n') ? printed : `${printed}\n`;
      expect(`$ ${command}${ended}`).toMatch(outputPattern(`$ ${command}${output}`));
    }
  });
});

/** Lines to which bash and this shell give the same answer, apart from standard error. */
const LINES = [
  'echo a b',
  'echo \'a  b\' "c $X d" e\\ f',
  // biome-ignore lint/suspicious/noTemplateCurlyInString: for a shell
  'X=1; echo $X "${X}2" \'$X\'',
  'X=\'a  b\'; echo $X; echo "$X"',
  'echo a; echo b && echo c || echo d',
  'false && echo a; echo $?',
  'false || echo a; echo $?',
  'true | false; echo $?',
  'echo one > f; echo two >> f; cat f; cat < f',
  'echo x 2> g; cat g',
  'cat nowhere 2>/dev/null; echo $?',
  'cat nowhere > h 2>&1; echo $?; cat h',
  'nowhere 2>/dev/null; echo $?',
  'cmp f f && echo same; cmp f g 2>/dev/null; echo $?',
  'head -1 f; tail -1 f; head -n 1 f; tail -n 1 f; head -c 2 f; tail -c 2 f',
  'grep o f; grep -c o f; grep -v one f; grep -n two f; grep -m 1 o f; grep -A 1 one f',
  'grep x f; echo $?',
  'od -An -tx1 f; od -An -tx1 -N 2 f; od -A x -t x1 f; od -Ad -tx1 -j 1 f',
  'mkdir -p d/e; cp f d; cp -r d k; ls k; ls k/e; cat k/f',
  'sed s/one/three/ f; sed -i s/o/0/g f; cat f',
  'rm f; ls; rm -r d k; ls',
  'echo \\\n  joined # not this',
  'export Y=3 && echo $Y; Z=4 true; echo "$Z"',
  'echo a\necho b',
  'wc -c < g; echo abc | wc -c',
  'echo "a\\"b\\$c\\\\d"',
  'echo a=b; echo "" | od -An -tx1',
  '(cd d 2>/dev/null; mkdir m; cd m && echo in > n; V=5; echo $V); cat m/n; echo $V; pwd | wc -l',
  '(echo a; false); echo $?; (echo b) | cat > c; cat c; (true) && echo d',
  "echo 'a(b)+' > p; grep 'b)+' p; sed 's/(b)/[&]/' p",
  'cd /tmp; pwd',
];

describe('is like bash', () => {
  const scratch = fs.mkdtempSync(path.join(os.tmpdir(), 'stage0-course-'));
  const world = newWorld();
  beforeAll(() => fs.mkdirSync(path.join(scratch, 'home')));
  afterAll(() => fs.rmSync(scratch, { recursive: true, force: true }));

  it.each(LINES)('%j', (line) => {
    const options = { cwd: path.join(scratch, 'home'), encoding: 'utf8' } as const;
    const env = { ...process.env, LC_ALL: 'C.UTF-8' };
    const { stdout } = spawnSync('bash', ['-c', line], { ...options, env });
    expect(world.shell.run(line).output).toBe(stdout);
  });
});

describe('says what it does not know', () => {
  it.each([
    ['echo $(date)', 'shell: the shell of this page does not know $('],
    ['for x in a b; do echo $x; done', 'shell: the shell of this page does not know for'],
    ['echo *', 'shell: the shell of this page does not know *'],
    ['sleep 1 &', 'shell: the shell of this page does not know &'],
    ["echo 'a", "shell: a ' has no partner"],
    ['echo a >', 'shell: a file is missing after >'],
    ['| cat', 'shell: a command is missing before |'],
    ['echo a &&', 'shell: a command is missing before the end'],
    ['echo a && && echo b', 'shell: a command is missing before &&'],
    ['(echo a', 'shell: a ( has no partner'],
    ['echo a)', 'shell: a command is missing before )'],
    ['(echo a) b', 'shell: an operator is missing after )'],
    ['vi a', 'shell: vi: command not found'],
    ['./nowhere', 'shell: ./nowhere: No such file or directory'],
    ['od -tx2 /tutorial/lib/start.M1', 'od: this od knows -tx1 only'],
    ['stage0 prove x', 'stage0 prove: no command or tool is named prove; in this page: exec,'],
    ['stage0 check --html x', 'stage0 check: this page does not know the option --html'],
    ['stage0 build nowhere', 'nowhere: error: no such file or directory'],
    ['cp -r . d', 'cp: '],
  ])('%s', (line, message) => {
    const { output, status } = newWorld().shell.run(line);
    expect(output.split('\n')[0]).toContain(message);
    expect(status).not.toBe(0);
  });

  it('and runs nothing of a line that has it', () => {
    const world = newWorld();
    world.shell.run('echo a > f; echo $(date)');
    expect(world.read('f')).toBeUndefined();
  });
});

it('stops a program that does not end, and keeps the folder', () => {
  const world = newWorld();
  world.write(
    'loop.hex0',
    '7F454C4601010103 0000000000000000 02000300 01000000 54800408 34000000\n0000000000000000 34002000 0100 000000000000 01000000 00000000 00800408 00800408 56000000 56000000 07000000 01000000 EBFE',
  );
  const { output, status } = world.shell.run('hex0 loop.hex0 loop && stage0 exec ./loop');
  expect(output).toContain('instructions');
  expect(status).not.toBe(0);
  expect(world.read('loop')?.length).toBe(86);
});

it('gives its folder to another world', () => {
  const world = newWorld();
  world.shell.run('echo kept > f');
  const again = new World(ladder, library, structuredClone(world.home));
  expect(again.shell.run('cat f').output).toBe('kept\n');
});
