// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * Where tokens come from: an input, or the part of one after a `#FILENAME`, with its name and
 * lines.
 *
 * Tokens keep byte offsets only; lines are counted only when they are needed, with an index of the
 * line feeds that is made once for each input.
 */

import type { Source } from '@stage0-ts/diagnostics';
import { LINE_FEED } from './characters.ts';

/** Counts the line feeds before a place. */
class LineFeeds {
  private readonly bytes: Uint8Array;
  private offsets: number[] | undefined;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
  }

  /** How many line feeds bytes[0, offset) contain, by a binary search. */
  before(offset: number): number {
    this.offsets ??= this.collect();
    let low = 0;
    let high = this.offsets.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.offsets[middle] as number) < offset) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  private collect(): number[] {
    const offsets: number[] = [];
    for (let at = this.bytes.indexOf(LINE_FEED); at >= 0; ) {
      offsets.push(at);
      at = this.bytes.indexOf(LINE_FEED, at + 1);
    }
    return offsets;
  }
}

export class Origin {
  /** The name for `__FILE__` and messages: the input's, or that of the last `#FILENAME`. */
  readonly file: string;
  /** The bytes; undefined for what is in no input. */
  readonly source: Source | undefined;
  private readonly firstLine: number;
  /** Lines are counted from this offset on. */
  private readonly from: number;
  private readonly lineFeeds: LineFeeds | undefined;

  private constructor(
    file: string,
    source: Source | undefined,
    firstLine: number,
    from: number,
    lineFeeds: LineFeeds | undefined,
  ) {
    this.file = file;
    this.source = source;
    this.firstLine = firstLine;
    this.from = from;
    this.lineFeeds = lineFeeds;
  }

  /** A whole input. */
  static ofSource(source: Source): Origin {
    return new Origin(source.name, source, 1, 0, new LineFeeds(source.bytes));
  }

  /** The origin of something that is in no input. */
  static synthetic(file: string, line: number): Origin {
    return new Origin(file, undefined, line, 0, undefined);
  }

  /** The rest of this input under another name. The byte at `from` is on line `line` of it. */
  renamed(file: string, line: number, from: number): Origin {
    return new Origin(file, this.source, line, from, this.lineFeeds);
  }

  /** The line of the byte at `offset`. */
  lineAt(offset: number): number {
    if (this.lineFeeds === undefined) return this.firstLine;
    return this.firstLine + this.lineFeeds.before(offset) - this.lineFeeds.before(this.from);
  }
}
