// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * The maps of all stages, composed: a byte of the image → the tokens that it came from, down to the program's
 * text; and the other way, a place in the text → the bytes of the image.
 */
import type { SourceRange } from '@stage0-ts/bytes';
import type { Source } from '@stage0-ts/diagnostics';
import type { Stage, Translation } from './translate.ts';

/** A range of a text. */
export interface Place {
  readonly source: Source;
  /** Byte offsets. */
  readonly start: number;
  readonly end: number;
}

/** One stage of the way down. */
export interface Hop {
  readonly tool: string;
  /** The token that the tool made the byte from; undefined for what it writes by itself. */
  readonly origin: Place | undefined;
  /** The label, macro or function that the token names or is part of. */
  readonly definition: Place | undefined;
}

/** The way down from the byte at `offset` of the image: the last tool first. */
export function trail({ stages }: Translation, offset: number): Hop[] {
  const hops: Hop[] = [];
  let stage = stages.at(-1);
  let at = offset;
  while (stage !== undefined) {
    const { origin, definition } = stage.map.lookup(at);
    const place = origin && placeOf(stage, origin);
    hops.push({
      tool: stage.tool,
      origin: place,
      definition: definition && placeOf(stage, definition),
    });
    stage = place && stages.find(({ output }) => output === place.source.bytes);
    at = place?.start ?? 0;
  }
  return hops;
}

function placeOf(stage: Stage, { source, start, end }: SourceRange): Place {
  return { source: stage.sources[source] as Source, start, end };
}

/** For each byte of the image the range of the program's own text that it came from. */
export class Twins {
  private readonly starts: Int32Array;
  private readonly ends: Int32Array;

  /** Text that is not `source` (headers, definitions) has no twin. */
  constructor(translation: Translation, source: Source) {
    const { length } = translation.image;
    this.starts = new Int32Array(length).fill(-1);
    this.ends = new Int32Array(length).fill(-1);
    for (let offset = 0; offset < length; offset++) {
      const origin = trail(translation, offset).at(-1)?.origin;
      if (origin?.source.bytes !== source.bytes) continue;
      this.starts[offset] = origin.start;
      this.ends[offset] = origin.end;
    }
  }

  /** Offsets of the bytes whose token holds the text's byte at `place`, the innermost such token's. */
  bytesAt(place: number): number[] {
    let best = Number.POSITIVE_INFINITY;
    let found: number[] = [];
    for (const [offset, start] of this.starts.entries()) {
      const end = this.ends[offset] as number;
      if (start < 0 || place < start || place >= end || end - start > best) continue;
      if (end - start < best) found = [];
      best = end - start;
      found.push(offset);
    }
    return found;
  }
}
