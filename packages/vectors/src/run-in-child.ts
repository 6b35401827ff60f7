// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * Run many cases of one tool in one child process: our built program, on the Node host, in real
 * folders. With a process for each case, nearly all of the time would go into starting Node.
 *
 * The child is bin/run-cases.ts. It sends each outcome as soon as it has it; a case that takes too
 * long counts as a hang, and so do those that wait for it. The child's standard streams are files,
 * so that those of the programs that a case starts are the same.
 */
import { type ChildProcess, fork } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Outcome } from './case.ts';

const CHILD = fileURLToPath(new URL('../dist/bin/run-cases.js', import.meta.url));
/** Longest time between two outcomes. */
const MAX_CASE_MILLISECONDS = 10_000;

/** What the child sends for each case. */
export interface CaseOutcome {
  readonly name: string;
  readonly outcome: Outcome;
}

/** Run the cases of `set`. Returns the outcome of each, by name. */
export function runInChild(set: string, names: readonly string[]): Promise<Map<string, Outcome>> {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'stage0-streams-'));
  const file = (name: string, flags: string) => fs.openSync(path.join(folder, name), flags);
  fs.writeFileSync(path.join(folder, '0'), '');
  const streams = [file('0', 'r'), file('1', 'a'), file('2', 'a')];
  const child = fork(CHILD, [folder, set, ...names], {
    serialization: 'advanced',
    execArgv: [],
    stdio: [...streams, 'ipc'],
  });
  for (const stream of streams) fs.closeSync(stream);
  return collect(child, names).finally(() => fs.rmSync(folder, { recursive: true, force: true }));
}

function collect(child: ChildProcess, names: readonly string[]): Promise<Map<string, Outcome>> {
  const outcomes = new Map<string, Outcome>();
  return new Promise((resolve) => {
    const stop = () => child.kill('SIGKILL');
    let timer = setTimeout(stop, MAX_CASE_MILLISECONDS);
    child.on('message', ({ name, outcome }: CaseOutcome) => {
      outcomes.set(name, outcome);
      clearTimeout(timer);
      timer = setTimeout(stop, MAX_CASE_MILLISECONDS);
    });
    child.on('close', () => {
      clearTimeout(timer);
      const hang: Outcome = { end: 'hang', stdout: '', stderr: '', changes: new Map() };
      for (const name of names) if (!outcomes.has(name)) outcomes.set(name, hang);
      resolve(outcomes);
    });
  });
}
