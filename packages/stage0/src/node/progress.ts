// SPDX-License-Identifier: GPL-3.0-or-later
/** Progress on a terminal: one line on standard error that is written over at every step. */
import type { RunEvent } from '../watch.ts';

/** True where a moving line helps somebody. */
export function wantsProgress(quiet: boolean): boolean {
  const { env } = process;
  return process.stderr.isTTY === true && !quiet && !env['NO_COLOR'] && !env['CI'];
}

/** Shows step, program and artifact of each event. */
export class ProgressLine {
  private shown = 0;

  show(event: RunEvent): void {
    const { step, tool, path } = event.process;
    const artifact = event.kind === 'write' ? ` → ${event.path.slice(1)}` : '';
    const width = (process.stderr.columns || 80) - 1; // a terminal may say 0
    const line = `[${step}] ${tool ?? path}${artifact}`.slice(0, width);
    process.stderr.write(`\r${line.padEnd(this.shown)}`);
    this.shown = line.length;
  }

  clear(): void {
    process.stderr.write(`\r${' '.repeat(this.shown)}\r`);
    this.shown = 0;
  }
}
