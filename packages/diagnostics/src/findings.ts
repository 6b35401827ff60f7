// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * What looks wrong in a text that upstream accepts: an error at the first such place, or a warning
 * for each, as the caller wants it.
 */
import { errorAt, type Source, type ToolError } from './tool-error.ts';

/** Options of tools for which upstream silently accepts things that are probably mistakes. */
export interface FindingOptions {
  /** Throw at the first such place; see strict.ts. Default: false. */
  readonly strict?: boolean;
  /**
   * Called for each such place instead, for at most a hundred. The output does not change. Default:
   * no such places are looked for.
   */
  readonly warnings?: ((warning: ToolError) => void) | undefined;
}

/** Reports a place that looks wrong, or throws. */
export type Report = (source: Source, offset: number, code: string, message: string) => void;

/** Limit for one run: nobody reads more warnings, and each of them needs a search for its line. */
const MAX_WARNINGS = 100;

/** What to do with a finding; undefined if nothing should be looked for. */
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
 * Reports characters without a meaning: everything except white space, but only the first character
 * of each word.
 */
export class StrayCharacters {
  private readonly report: Report;
  private readonly message: string;
  private last: { readonly source: Source; readonly at: number } | undefined;

  constructor(report: Report, message: string) {
    this.report = report;
    this.message = message;
  }

  /** Called when a tool skips the byte at `at`. The calls must be in the order of the source. */
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
