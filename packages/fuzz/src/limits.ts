// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * Limits on what a random program can make upstream's binaries do: memory, size of files, no core
 * files. They are set once on this process, whose children inherit them; util-linux's prlimit sets
 * them, because Node cannot.
 */
import { spawnSync } from 'node:child_process';

/**
 * Limit of private memory: a 32-bit program could use 4 GB. This process needs much less than half
 * of it.
 */
const MAX_DATA_BYTES = 2 ** 30;
const MAX_FILE_BYTES = 2 ** 26;

/** @throws Error if prlimit is missing. */
export function limitProcess(): void {
  const limits = [`--data=${MAX_DATA_BYTES}`, `--fsize=${MAX_FILE_BYTES}`, '--core=0'];
  const { error, status } = spawnSync('prlimit', ['--pid', String(process.pid), ...limits]);
  if (error !== undefined || status !== 0) {
    throw new Error('the limits for native programs need the command prlimit (util-linux)');
  }
}
