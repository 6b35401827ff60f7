// SPDX-License-Identifier: GPL-3.0-or-later
/** What every command's entry file calls. */
import fs from 'node:fs';
import { decodeUtf8 } from '@stage0-ts/bytes';
import type { Program } from '../types.ts';
import { NodeHost } from './host.ts';

/** What runs as a process: a tool's program, or one whose exit status comes later. */
type Runnable = (...args: Parameters<Program>) => number | Promise<number>;

/**
 * Run `program` as this Node process under the name `name`; its status becomes the exit status.
 */
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

/** What no program should throw. */
function endWith(name: string, error: unknown): void {
  if ((error as { code?: unknown }).code === 'EPIPE') {
    process.exitCode = 1; // nobody reads our output any more
    return;
  }
  const detail = error instanceof Error ? error.message : String(error);
  process.stderr.write(`${name}: internal error: ${detail} (set STAGE0_DEBUG=1 for the stack)\n`);
  if (process.env['STAGE0_DEBUG'] && error instanceof Error)
    process.stderr.write(`${error.stack}\n`);
  process.exitCode = 70; // EX_SOFTWARE of sysexits.h
}

/**
 * The arguments of this process. Node replaces bytes that are not UTF-8 by U+FFFD, so that a file
 * of such a name could not be opened and one of another name would be made. Linux gives the bytes
 * themselves.
 */
function commandLine(): readonly string[] {
  const words = process.argv.slice(2);
  if (!words.some((word) => word.includes('\ufffd'))) return words;
  try {
    const all = decodeUtf8(fs.readFileSync('/proc/self/cmdline')).split('\0').slice(0, -1);
    return all.slice(all.length - words.length);
  } catch {
    return words; // another system
  }
}
