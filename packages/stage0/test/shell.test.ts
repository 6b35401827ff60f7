// SPDX-License-Identifier: GPL-3.0-or-later
/** `stage0 shell`: what a shell knows after it has evaluated the output. */
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { runsIf } from '@stage0-ts/vectors/test-support';
import { afterAll, describe, expect, it } from 'vitest';

const STAGE0 = fileURLToPath(new URL('../bin/stage0.js', import.meta.url));
const scratch = fs.mkdtempSync(path.join(os.tmpdir(), 'stage0-shell-'));
afterAll(() => fs.rmSync(scratch, { recursive: true, force: true }));

/** A name with everything that could have a meaning for a shell. */
const AWKWARD = path.join(scratch, `it's a "$HOME" \`x\` \\ * folder`, 'bin');
const EVALUATE = `eval "$("$NODE" "$STAGE0" shell --into "$INTO")"`;

function run(shell: string, script: string): string[] {
  const env = { ...process.env, NODE: process.execPath, STAGE0, INTO: AWKWARD };
  const { stdout, stderr } = spawnSync(shell, ['-c', script], {
    cwd: scratch,
    env,
    encoding: 'utf8',
  });
  expect(stderr).toBe('');
  return stdout.trimEnd().split('\n');
}

const there = (shell: string) =>
  spawnSync(shell, ['-c', 'exit 0'], { encoding: 'utf8' }).status === 0;

describe.each(['bash', 'dash', 'zsh'])('in %s', (shell) => {
  const isThere = there(shell);
  runsIf(isThere, `stage0 shell in ${shell}`, `There is no ${shell}`);

  it.skipIf(!isThere)('puts the tools on the PATH, once, and sets LADDER and LIB', () => {
    const [path1, path2, hex0, ladder, lib] = run(
      shell,
      `${EVALUATE}; echo "$PATH"; ${EVALUATE}; echo "$PATH"; command -v hex0
       ls "$LADDER/kaem.x86"; ls "$LIB/start.M1"`,
    );
    expect(path1?.startsWith(`${AWKWARD}:`)).toBe(true);
    expect(path2).toBe(path1);
    expect(hex0).toBe(`${AWKWARD}/hex0`);
    expect(ladder).toMatch(/ladder\/kaem\.x86$/);
    expect(lib).toMatch(/lib\/start\.M1$/);
  });

  it.skipIf(!isThere)('gives programs that start other programs what they look for', () => {
    fs.writeFileSync(path.join(scratch, 'a.kaem'), 'hex0 a.hex0 a\n');
    fs.writeFileSync(path.join(scratch, 'a.hex0'), '48 69 0A\n');
    const printed = run(shell, `${EVALUATE}; kaem --file a.kaem; cat a`);
    expect(printed.at(-1)).toBe('Hi');
  });
});

it('hides no command of the system', () => {
  const { stdout } = spawnSync(process.execPath, [STAGE0, 'shell', '--into', AWKWARD], {
    encoding: 'utf8',
  });
  expect(stdout).toContain('export PATH');
  const launchers = fs.readdirSync(AWKWARD);
  expect(launchers).toEqual(expect.arrayContaining(['stage0', 'hex0', 'M2-Planet']));
  for (const name of ['cp', 'rm', 'mkdir', 'chmod', 'sha256sum', 'unxz', 'ls', 'cat']) {
    expect(launchers).not.toContain(name);
  }
});

it('says where it cannot write', () => {
  const file = path.join(scratch, 'a-file');
  fs.writeFileSync(file, '');
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [STAGE0, 'shell', '--into', path.join(file, 'bin')],
    { encoding: 'utf8' },
  );
  expect([status, stdout]).toEqual([1, '']);
  expect(stderr).toContain(`${file}/bin: error: `);
  expect(spawnSync(process.execPath, [STAGE0, 'shell', '--into', '']).status).toBe(2);
});
