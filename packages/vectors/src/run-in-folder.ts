// SPDX-License-Identifier: GPL-3.0-or-later
/** Run a case with a real command in a fresh folder: upstream's binaries, or our built commands. */
import { spawnSync } from 'node:child_process';
import os from 'node:os';
import type { Outcome, VectorCase } from './case.ts';
import { type Command, inFreshFolder, standardInput } from './case-folder.ts';

/** Time limit for one run of a program. */
const MAX_CASE_MILLISECONDS = 10_000;
/** How many bytes it may print. */
const MAX_OUTPUT = 64 << 20;

/**
 * Run the case; `find` gives the command for an upstream tool's name. A run of more than `timeout`
 * milliseconds is ended, and counts as a hang.
 */
export function runInFolder(
  vector: VectorCase,
  find: (tool: string) => Command,
  timeout: number = MAX_CASE_MILLISECONDS,
): Outcome {
  return inFreshFolder(vector, find, (folder) => {
    const command = find(vector.tool);
    const { settings } = vector;
    const child = spawnSync(command.file, [...command.arguments, ...settings.arguments], {
      cwd: folder,
      argv0: command.arguments.length === 0 ? vector.tool : command.file,
      env: Object.fromEntries((settings.environment ?? []).map(splitVariable)),
      input: standardInput(vector),
      timeout,
      killSignal: 'SIGKILL',
      maxBuffer: MAX_OUTPUT,
    });
    return { end: howEnded(child), stdout: child.stdout, stderr: child.stderr };
  });
}

function howEnded(child: ReturnType<typeof spawnSync>): number | string {
  const code = (child.error as NodeJS.ErrnoException | undefined)?.code;
  if (code === 'ETIMEDOUT' || code === 'ENOBUFS') return 'hang';
  if (child.error !== undefined) throw child.error;
  if (child.signal !== null) return `signal ${os.constants.signals[child.signal]}`;
  return child.status ?? -1;
}

function splitVariable(entry: string): [string, string] {
  const equals = entry.indexOf('=');
  return [entry.slice(0, equals), entry.slice(equals + 1)];
}
