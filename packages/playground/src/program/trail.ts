// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * The maps of all stages, composed: a byte of the image → the tokens that it came from, down to the
 * program's text; and the other way, a place in the text → the bytes of the image.
 */
import type { SourceRange } from '@stage0-ts/bytes';
import type { Source } from '@stage0-ts/diagnostics';
import type { Stage, Translation } from './translate.ts';

/** A range in a text. */
export interface Place {
  readonly source: Source;
  /** Byte offsets. */
  readonly start: number;
  readonly end: number;
}

/** One stage of the trace. */
export interface Hop {
  readonly tool: string;
  /**
   * The token that the tool made the byte from; undefined for bytes that it writes for any input.
   */
  readonly origin: Place | undefined;
  /** The label, macro or function that the token names or is part of. */
  readonly definition: Place | undefined;
}

/**
 * The trace from the byte at `offset` of the image, with the last tool first; empty if the image
 * has no such byte.
 */
export function trail({ stages, image }: Translation, offset: number): Hop[] {
  if (offset < 0 || offset >= image.length) return [];
  const hops: Hop[] = [];
  let stage = stages.at(-1);
  let at = offset;
  while (stage !== undefined) {
    const { origin, definition } = stage.provenance.lookup(at);
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

/** A range of bytes in the image, and the token of the program's own text that it was made from. */
interface Piece {
  readonly start: number;
  readonly end: number;
  readonly from: number;
  readonly to: number;
}

/** The pieces of the image that come from the program's own text. */
export class Twins {
  private readonly pieces: Piece[] = [];

  /** Text other than `source` (headers, definitions) has no twins. */
  constructor(translation: Translation, source: Source) {
    const { length } = translation.image;
    const provenance = translation.stages.at(-1)?.provenance;
    for (let start = 0; start < length; ) {
      const end = provenance?.lookup(start).outputEnd ?? length;
      const origin = trail(translation, start).at(-1)?.origin;
      if (origin?.source.bytes === source.bytes) {
        this.pieces.push({ start, end, from: origin.start, to: origin.end });
      }
      start = end;
    }
  }

  /**
   * The pieces whose token contains the text's byte at `place`, in rising order. Of nested tokens,
   * the innermost one counts.
   */
  bytesAt(place: number): { readonly start: number; readonly end: number }[] {
    let best = Number.POSITIVE_INFINITY;
    let found: Piece[] = [];
    for (const piece of this.pieces) {
      const size = piece.to - piece.from;
      if (place < piece.from || place >= piece.to || size > best) continue;
      if (size < best) found = [];
      best = size;
      found.push(piece);
    }
    return found.map(({ start, end }) => ({ start, end }));
  }
}
