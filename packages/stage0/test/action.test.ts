// SPDX-License-Identifier: GPL-3.0-or-later
/** The GitHub Action: what it runs, in a stand-in for a runner, and what it takes from others. */
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { LADDER } from '@stage0-ts/vectors/test-support';
import { afterAll, describe, expect, it } from 'vitest';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
const scratch = fs.mkdtempSync(path.join(os.tmpdir(), 'stage0-action-'));
afterAll(() => fs.rmSync(scratch, { recursive: true, force: true }));
let runs = 0;

/** Run the action's script. Returns what it tells the runner. */
function act(tree: string, options: string) {
  const folder = path.join(scratch, `run ${++runs}`);
  fs.mkdirSync(folder);
  const file = (name: string) => path.join(folder, name);
  const env = {
    ...process.env,
    TREE: tree,
    OPTIONS: options,
    RUNNER_TEMP: folder,
    GITHUB_OUTPUT: file('output'),
    GITHUB_STEP_SUMMARY: file('summary'),
  };
  const script = path.join(ROOT, 'scripts/action.sh');
  const { status } = spawnSync('bash', [script], { cwd: folder, env, encoding: 'utf8' });
  const lines = fs.readFileSync(file('output'), 'utf8').trim().split('\n');
  const outputs = Object.fromEntries(lines.map((line) => line.split(/=(.*)/s).slice(0, 2)));
  return { status, outputs, summary: fs.readFileSync(file('summary'), 'utf8') };
}

describe('the GitHub Action', () => {
  it('leaves a report and a statement when the builds agree', () => {
    const { status, outputs, summary } = act(LADDER, '--partial');
    expect(status).toBe(0);
    expect(fs.readFileSync(outputs['report'], 'utf8')).toContain('<!doctype html>');
    const statement = JSON.parse(fs.readFileSync(outputs['statement'], 'utf8'));
    expect(statement.subject.length).toBe(53);
    expect(summary).toContain('The builds agree');
  });

  it('leaves a report and no statement when it cannot be judged', () => {
    const { status, outputs, summary } = act(LADDER, '');
    expect(status).toBe(3);
    expect(Object.keys(outputs)).toEqual(['report']);
    expect(fs.existsSync(outputs['report'])).toBe(true);
    expect(summary).toContain('cannot be judged');
  });

  it('runs nothing that a name of a tree says', () => {
    const { status } = act('$(touch planted); `touch planted`', '');
    expect(status).toBe(3);
    expect(fs.existsSync(path.join(scratch, `run ${runs}`, 'planted'))).toBe(false);
  });

  it('names other actions by commit, and puts no input into a script', () => {
    const text = fs.readFileSync(path.join(ROOT, 'action.yml'), 'utf8');
    const used = [...text.matchAll(/uses: (\S+)/g)].map(([, name]) => name as string);
    expect(used.length).toBeGreaterThan(0);
    for (const name of used) expect(name).toMatch(/@[0-9a-f]{40}$/);
    for (const [, script] of text.matchAll(/run: (.*)/g)) expect(script).not.toContain('inputs.');
  });
});
