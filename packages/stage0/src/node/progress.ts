// SPDX-License-Identifier: GPL-3.0-or-later
/** Progress on a terminal: one line on standard error, overwritten at every step. */
import { visible } from '@stage0-ts/diagnostics';
import type { ProcessRecord } from '../records.ts';
import type { RunEvent } from '../watch.ts';

/** True where somebody can see a line that moves. */
export function wantsProgress(quiet: boolean): boolean {
  const { env } = process;
  return process.stderr.isTTY === true && !quiet && !env['NO_COLOR'] && !env['CI'];
}

/**
 * Lines of progress: the phase (an engine, or the rebuild), the step, the number of steps if that
 * is known, the program, the artifact.
 */
export class ProgressText {
  private steps = 0;
  private rebuilt = 0;

  of(phase: string, { process: { step, tool, path }, ...event }: RunEvent): string {
    this.steps = Math.max(this.steps, step);
    const artifact =
      event.kind === 'write' ? ` → ${(event as { path: string }).path.slice(1)}` : '';
    return `${phase} ${this.steps}: ${tool ?? path}${artifact}`;
  }

  /** A line for a process of the compiler's rebuild, whose steps are counted apart. */
  ofRebuild({ argv }: ProcessRecord): string {
    return `the compiler rebuilds itself, ${++this.rebuilt}: ${argv.join(' ')}`;
  }
}

/** The line on the terminal. */
export class ProgressLine {
  private shown = 0;

  show(text: string): void {
    const width = (process.stderr.columns || 80) - 1; // a terminal may say 0
    const line = visible(text).slice(0, width);
    process.stderr.write(`\r${line.padEnd(this.shown)}`);
    this.shown = line.length;
  }

  clear(): void {
    process.stderr.write(`\r${' '.repeat(this.shown)}\r`);
    this.shown = 0;
  }
}
