// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * What looks wrong in hex2 source, though upstream accepts it: anything that is neither a byte, a
 * label, a reference, white space nor a comment; an incomplete byte; a label or reference within a
 * byte; a label that is defined twice; a base that has no effect; and in hex2-0 a value that is
 * truncated. This has the faults that both tools report.
 */
import { type Report, type Source, StrayCharacters } from '@stage0-ts/diagnostics';
import type { LinkSymbol } from './result.ts';

export class Suspicions {
  private readonly report: Report;
  private readonly stray: StrayCharacters;

  constructor(report: Report) {
    const message = 'neither a digit, a label, a reference, white space nor a comment';
    this.report = report;
    this.stray = new StrayCharacters(report, message);
  }

  /** Called when the byte at `at` is skipped, which should be white space. */
  skipped(source: Source, at: number): void {
    this.stray.check(source, at);
  }

  /**
   * Called for a label or reference at `at`; `waiting` is true if digits wait for the rest of their
   * byte.
   */
  interrupted(source: Source, at: number, waiting: boolean): void {
    if (waiting) this.report(source, at, 'split-byte', 'a label or reference within a byte');
  }

  /**
   * Called at the end of a source, where no digits should be left over; `first` is the offset of
   * the first one.
   */
  ended(source: Source, first: number, waiting: boolean): void {
    if (waiting) this.report(source, first, 'odd-digits', 'an incomplete byte');
  }

  /** Each name should be defined once. */
  defined(symbols: readonly LinkSymbol[], sources: readonly Source[]): void {
    const names = new Set<string>();
    for (const { name, file, offset } of symbols) {
      if (names.has(name)) {
        const source = sources.find((one) => one.name === file) as Source;
        this.report(source, offset, 'duplicate-label', `label '${name}' is defined before`);
      }
      names.add(name);
    }
  }

  /** Called for an absolute reference that has a base. */
  uselessBase(source: Source, offset: number): void {
    this.report(source, offset, 'useless-base', 'this base has no effect');
  }

  /** Called for a value that is truncated. */
  truncated(source: Source, offset: number, message: string): void {
    this.report(source, offset, 'out-of-range', message);
  }
}

/** Undefined if nothing should be looked for. */
export function suspicionsFor(report: Report | undefined): Suspicions | undefined {
  return report && new Suspicions(report);
}
