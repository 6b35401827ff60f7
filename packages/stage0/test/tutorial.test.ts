// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * The tutorial does what it says. Chapter by chapter, in an empty folder each:
 *
 *     ```hex0 hello.hex0      a file, written under that name
 *     ```console              commands after "$ ", run in the shell, and what they print: all of
 *                             it, `…` for anything
 *     ```html-like blocks without a file name are only shown
 *
 * Solutions of exercises are blocks like the others. The tools are on the PATH under upstream's
 * names.
 */
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { TOOLS } from '@stage0-ts/stage0';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { blocksOf, commandsOf, outputPattern } from './documents.ts';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
const TUTORIAL = path.join(ROOT, 'docs/tutorial');
const STAGE0 = path.join(ROOT, 'packages/stage0/dist/bin/stage0.js');
const scratch = fs.mkdtempSync(path.join(os.tmpdir(), 'stage0-tutorial-'));
afterAll(() => fs.rmSync(scratch, { recursive: true, force: true }));

/** Names that would hide the system's own commands: chapters call them as `stage0 cp`. */
const SYSTEM = new Set(['cp', 'rm', 'mkdir', 'chmod', 'sha256sum']);

const bin = path.join(scratch, 'bin');
beforeAll(() => {
  fs.mkdirSync(bin);
  const launcher = (name: string, words: string) => {
    fs.writeFileSync(
      path.join(bin, name),
      `#!/bin/sh\nexec "${process.execPath}" "${STAGE0}" ${words} "$@"\n`,
    );
    fs.chmodSync(path.join(bin, name), 0o755);
  };
  launcher('stage0', '');
  for (const tool of Object.keys(TOOLS)) if (!SYSTEM.has(tool)) launcher(tool, tool);
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

describe.each(chapters)('%s', (chapter) => {
  const folder = path.join(scratch, chapter);
  const ladder = path.join(ROOT, 'test-vectors/ladder');
  const env = {
    ...process.env,
    PATH: `${bin}:${process.env['PATH']}`,
    LADDER: ladder,
    LIB: path.join(TUTORIAL, 'lib'),
  };
  fs.mkdirSync(folder);

  // In order, as later blocks build on earlier ones.
  it.each(blocksOf(path.join(TUTORIAL, chapter)))('line $line', ({ language, file, text }) => {
    if (file !== undefined) {
      fs.mkdirSync(path.dirname(path.join(folder, file)), { recursive: true });
      fs.writeFileSync(path.join(folder, file), text);
    }
    if (language !== 'console') return;
    for (const { command, output } of commandsOf(text)) {
      const script = `exec 2>&1\n${command}`;
      const { stdout } = spawnSync('bash', ['-c', script], { cwd: folder, env, encoding: 'utf8' });
      const ended = stdout === '' || stdout.endsWith('\n') ? stdout : `${stdout}\n`;
      expect(`$ ${command}${ended}`).toMatch(outputPattern(`$ ${command}${output}`));
    }
  });
});
