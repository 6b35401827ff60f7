// SPDX-License-Identifier: GPL-3.0-or-later
/** Progress on a terminal: one line on standard error that is written over at every step. */
import { visible } from '@stage0-ts/diagnostics';
import type { ProcessRecord, RunEvent } from '../watch.ts';

/** True where a moving line helps somebody. */
export function wantsProgress(quiet: boolean): boolean {
  const { env } = process;
  return process.stderr.isTTY === true && !quiet && !env['NO_COLOR'] && !env['CI'];
}

/** Shows phase (an engine, or the rebuild), step, number of steps where it is known, program and artifact. */
export class ProgressLine {
  private shown = 0;
  private phase = '';
  /** Steps of this phase, and of the one before, which has as many if all is well. */
  private steps = 0;
  private total = 0;

  show(phase: string, { process: { step, tool, path }, ...event }: RunEvent): void {
    this.enter(phase);
    this.steps = Math.max(this.steps, step);
    const artifact =
      event.kind === 'write' ? ` → ${(event as { path: string }).path.slice(1)}` : '';
    const total = this.total === 0 ? '' : `/${this.total}`;
    this.print(`[${phase} ${this.steps}${total}] ${tool ?? path}${artifact}`);
  }

  /** A process of the compiler's rebuild, which has steps of its own. */
  showRebuild({ argv }: ProcessRecord): void {
    this.enter('rebuild');
    this.total = 0;
    this.print(`[the compiler rebuilds itself, ${++this.steps}] ${argv.join(' ')}`);
  }

  clear(): void {
    process.stderr.write(`\r${' '.repeat(this.shown)}\r`);
    this.shown = 0;
  }

  private enter(phase: string): void {
    if (phase === this.phase) return;
    this.phase = phase;
    this.total = this.steps;
    this.steps = 0;
  }

  private print(text: string): void {
    const width = (process.stderr.columns || 80) - 1; // a terminal may say 0
    const line = visible(text).slice(0, width);
    process.stderr.write(`\r${line.padEnd(this.shown)}`);
    this.shown = line.length;
  }
}
