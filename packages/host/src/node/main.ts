// SPDX-License-Identifier: GPL-3.0-or-later
/** What every command's entry file calls. */
import type { Program } from '../types.ts';
import { NodeHost } from './host.ts';

/** Run `program` as this Node process under the name `name`; its status becomes the exit status. */
export function runOnNode(name: string, program: Program): void {
  try {
    process.exitCode = program([name, ...process.argv.slice(2)], new NodeHost());
  } catch (error) {
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
}
