// SPDX-License-Identifier: GPL-3.0-or-later
/** What every command's entry file calls. */
import fs from 'node:fs';
import { decodeUtf8 } from '@stage0-ts/bytes';
import type { Program } from '../types.ts';
import { NodeHost } from './host.ts';

/** What can run as a process: a tool's program, or one that returns its exit status later. */
type Runnable = (...args: Parameters<Program>) => number | Promise<number>;

/** Run `program` as this Node process, with the name `name`. Its status becomes the exit status. */
export function runOnNode(name: string, program: Runnable): void {
  const end = (status: number): void => {
    process.exitCode = status;
  };
  try {
    const status = program([name, ...commandLine()], new NodeHost());
    if (typeof status === 'number') end(status);
    else status.then(end, (error: unknown) => endWith(name, error));
  } catch (error) {
    endWith(name, error);
  }
}

/** Handles errors that no program should throw. */
function endWith(name: string, error: unknown): void {
  if ((error as { code?: unknown }).code === 'EPIPE') {
    process.exitCode = 1; // nobody reads our output now
    return;
  }
  const detail = error instanceof Error ? error.message : String(error);
  process.stderr.write(`${name}: internal error: ${detail} (set STAGE0_DEBUG=1 for the stack)\n`);
  if (process.env['STAGE0_DEBUG'] && error instanceof Error)
    process.stderr.write(`${error.stack}\n`);
  process.exitCode = 70; // EX_SOFTWARE of sysexits.h
}

/**
 * The arguments of this process. Node replaces bytes that are not UTF-8 by U+FFFD, so a file with
 * such a name could not be opened, and a new one would get another name. Linux gives the bytes
 * themselves.
 */
function commandLine(): readonly string[] {
  const words = process.argv.slice(2);
  if (!words.some((word) => word.includes('\ufffd'))) return words;
  try {
    const all = decodeUtf8(fs.readFileSync('/proc/self/cmdline')).split('\0').slice(0, -1);
    return all.slice(all.length - words.length);
  } catch {
    return words; // on another system
  }
}
