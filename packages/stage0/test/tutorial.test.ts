// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * The tutorial does what it says. Chapter by chapter, in an empty folder each:
 *
 *     ```hex0 hello.hex0      a file, written under that name
 *     ```console              commands after "$ ", run in the shell, and what they print: all of
 *                             it, `…` for anything
 *     ```html-like blocks without a file name are only shown
 *
 * Solutions of exercises are blocks like the others. The tools are on the PATH because the test
 * does what the tutorial's first page says. After that, their launchers start the bundled command,
 * which takes less time.
 */
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { runsIf } from '@stage0-ts/vectors/test-support';
import { afterAll, describe, expect, inject, it } from 'vitest';
import { blocksOf, commandsOf, outputPattern } from './documents.ts';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
const COMMAND = path.join(ROOT, 'packages/stage0/bin/stage0.js');
const TUTORIAL = path.join(ROOT, 'docs/tutorial');
const scratch = fs.mkdtempSync(path.join(os.tmpdir(), 'stage0-tutorial-'));
afterAll(() => fs.rmSync(scratch, { recursive: true, force: true }));

/** What readers of the tutorial type first, and what the shell has after it. */
const SET_UP = 'eval "$(npm start --silent -- shell)"';
const own = Object.entries(process.env).filter(([name]) => !/^(npm_|INIT_CWD$)/i.test(name));
const ready = spawnSync('bash', ['-c', `${SET_UP} && env -0`], {
  cwd: ROOT,
  env: Object.fromEntries(own),
  encoding: 'utf8',
});
const env = Object.fromEntries(
  ready.stdout
    .split('\0')
    .filter(Boolean)
    .map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]),
);

it('begins with one command, which leaves the commands of the system alone', () => {
  expect([ready.status, ready.stderr]).toEqual([0, '']);
  const first = fs.readFileSync(path.join(TUTORIAL, 'README.md'), 'utf8');
  expect(first).toContain(`\n${SET_UP}\n`);
  expect(env['LADDER']).toBe(path.join(ROOT, 'test-vectors/ladder'));
  const { stdout } = spawnSync('bash', ['-c', 'type -P hex0 cp rm mkdir chmod sha256sum'], {
    env,
    encoding: 'utf8',
  });
  const [hex0, ...system] = stdout.trim().split('\n');
  expect(hex0).toContain('node_modules/.cache/stage0-ts/bin/hex0');
  expect(system.length).toBe(5);
  for (const found of system) expect(found).not.toContain('stage0');
  const version = spawnSync('stage0', ['--version'], { env, encoding: 'utf8' });
  expect(version.stdout).toMatch(/^stage0 /);
});

const chapters = fs.existsSync(TUTORIAL)
  ? fs.readdirSync(TUTORIAL).filter((name) => /^\d.*\.md$/.test(name))
  : [];

it('has chapters, each with something to run and an exercise', () => {
  expect(chapters.length).toBeGreaterThanOrEqual(8);
  for (const chapter of chapters) {
    const text = fs.readFileSync(path.join(TUTORIAL, chapter), 'utf8');
    expect(text).toContain('```console');
    expect(text).toMatch(/^## Exercise/m);
  }
});

/** The launchers that the first command made, of the bundled command; the rest of the PATH. */
function bundledPath(): string {
  const [launchers = '', ...rest] = (env['PATH'] ?? '').split(':');
  const folder = path.join(scratch, 'bin');
  fs.mkdirSync(folder);
  for (const name of fs.readdirSync(launchers)) {
    const text = fs.readFileSync(path.join(launchers, name), 'utf8');
    const bundled = text.replace(`'${COMMAND}'`, `'${inject('bundledCommand')}'`);
    expect(bundled).not.toBe(text);
    fs.writeFileSync(path.join(folder, name), bundled, { mode: 0o755 });
  }
  return [folder, ...rest].join(':');
}

const bundled = { ...env, PATH: bundledPath() };

/**
 * Run a command as if the whole chapter were typed into one shell: the folder and exported
 * variables are kept.
 */
function inOneShell(command: string, state: string): string {
  return `exec 2>&1
. '${state}'
${command}
{ export -p; printf 'cd %q\\n' "$PWD"; } > '${state}'`;
}

describe.each(chapters)('%s', (chapter) => {
  const folder = path.join(scratch, chapter);
  fs.mkdirSync(folder);
  const state = path.join(scratch, `${chapter}.state`);
  fs.writeFileSync(state, '');
  const options = { cwd: folder, env: bundled, encoding: 'utf8' } as const;

  // In order, because later blocks depend on earlier ones.
  it.each(blocksOf(path.join(TUTORIAL, chapter)))('line $line', ({ language, file, text }) => {
    if (file !== undefined) {
      fs.mkdirSync(path.dirname(path.join(folder, file)), { recursive: true });
      fs.writeFileSync(path.join(folder, file), text);
    }
    if (language !== 'console') return;
    for (const { command, output } of commandsOf(text)) {
      const { stdout } = spawnSync('bash', ['-c', inOneShell(command, state)], options);
      const ended = stdout === '' || stdout.endsWith('\n') ? stdout : `${stdout}\n`;
      expect(`$ ${command}${ended}`).toMatch(outputPattern(`$ ${command}${output}`));
    }
  });
});

const hasObjdump = spawnSync('objdump', ['--version']).status === 0;
runsIf(hasObjdump, 'what objdump shows in chapter 6', 'There is no objdump');

it.skipIf(!hasObjdump)('shows the same as objdump', () => {
  const chapter = '6-m2-planet.md';
  const blocks = blocksOf(path.join(TUTORIAL, chapter));
  const shown = blocks.filter(({ language }) => language === 'objdump');
  expect(shown.length).toBe(1);
  const folder = path.join(scratch, chapter);
  const options = { cwd: folder, encoding: 'utf8' } as const;
  const { stdout } = spawnSync('objdump', ['-d', 'named'], options);
  for (const { text } of shown) expect(stdout).toContain(text);
});
