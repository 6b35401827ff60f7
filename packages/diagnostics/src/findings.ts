// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * What looks wrong in a text that upstream accepts: an error at the first such place, or a warning
 * for each, as the caller wants it.
 */
import { errorAt, type Source, type ToolError } from './tool-error.ts';

/** Options of tools whose upstream accepts silently what is probably a mistake. */
export interface FindingOptions {
  /** Throw at the first place that upstream accepts silently; see strict.ts. Default: false. */
  readonly strict?: boolean;
  /**
   * Called for each such place instead, up to a hundred. The output is what it is without. Default:
   * nothing is looked for.
   */
  readonly warnings?: ((warning: ToolError) => void) | undefined;
}

/** Tells of a place that looks wrong, or throws. */
export type Report = (source: Source, offset: number, code: string, message: string) => void;

/** Of one run: nobody reads more, and each costs a walk to its line. */
const MAX_WARNINGS = 100;

/** What to do with a finding; undefined when nothing is to be looked for. */
export function reportOf({ strict, warnings }: FindingOptions): Report | undefined {
  if (strict) {
    return (source, offset, code, message) => {
      throw errorAt(source, offset, code, message);
    };
  }
  if (warnings === undefined) return undefined;
  let room = MAX_WARNINGS;
  return (source, offset, code, message) => {
    if (room-- > 0) warnings(errorAt(source, offset, code, message));
  };
}

/** Tab, line feed, carriage return, blank. */
const WHITE_SPACE: ReadonlySet<number> = new Set([0x09, 0x0a, 0x0d, 0x20]);

/**
 * Reports characters without a meaning: what is not white space, and of each word the first.
 */
export class StrayCharacters {
  private readonly report: Report;
  private readonly message: string;
  private last: { readonly source: Source; readonly at: number } | undefined;

  constructor(report: Report, message: string) {
    this.report = report;
    this.message = message;
  }

  /** A tool skips the byte at `at`. Call it in the order of the source. */
  check(source: Source, at: number): void {
    const { bytes } = source;
    if (WHITE_SPACE.has(bytes[at] as number)) return;
    const { last } = this;
    this.last = { source, at };
    const isSameWord =
      last?.source === source && !bytes.subarray(last.at, at).some((byte) => WHITE_SPACE.has(byte));
    if (!isSameWord) this.report(source, at, 'stray-character', this.message);
  }
}
