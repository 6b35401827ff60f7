// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * Where each byte of an output comes from: output offset → range of a source, and of a definition.
 *
 * A core that is given a map adds a row for each piece of its output, in output order; a row
 * reaches up to the next one, so that the rows cover every byte once. Invariant: the offsets of the
 * rows rise strictly.
 *
 * A row takes 20 bytes, as maps of large outputs have a row for every byte.
 */

/** A range of bytes in one source. */
export interface SourceRange {
  /** Number of the source, in the map's `sources`. */
  readonly source: number;
  /** Offset of the first byte. */
  readonly start: number;
  /** Offset of the byte after the last one. */
  readonly end: number;
}

/** One piece of an output, and where it comes from. */
export interface Provenance {
  /** Offset of the piece's first byte in the output. */
  readonly outputStart: number;
  /** Offset after its last byte. */
  readonly outputEnd: number;
  /**
   * The token that the piece was made from; undefined for text that the tool writes for any input.
   */
  readonly origin: SourceRange | undefined;
  /** The definition of the label, macro or function that the token names or is part of. */
  readonly definition: SourceRange | undefined;
}

/** Numbers for each row: output offset, source, start, end, number of the definition. */
const STRIDE = 5;
/** Numbers for each definition: source, start, end. */
const DEFINITION_STRIDE = 3;
/** Replaces a source number: the text is the tool's own. */
const NOWHERE = -1;
/** Replaces the end of a range: the range was copied byte for byte. */
const COPIED = -1;

export class ProvenanceMap {
  /**
   * Names of the sources, as the core got them. The source number in a row is an index into this
   * list.
   */
  readonly sources: string[] = [];
  /** Number of rows. */
  size = 0;
  /** Size of the whole output in bytes, set by {@link finish}. */
  outputLength = 0;
  private rows = new Int32Array(64 * STRIDE);
  private definitions = new Int32Array(16 * DEFINITION_STRIDE).fill(NOWHERE);

  /** Add a source. Returns its number. */
  addSource(name: string): number {
    return this.sources.push(name) - 1;
  }

  /**
   * The output from `at` on was made from source[start, end). It replaces a row that begins at the
   * same place, because nothing was written from that one.
   *
   * @param definition number of a definition, or -1; {@link define} may supply its place later.
   */
  add(at: number, source: number, start: number, end: number, definition = -1): void {
    if (this.size > 0 && this.rows[(this.size - 1) * STRIDE] === at) this.size--;
    const row = this.size * STRIDE;
    if (row === this.rows.length) this.rows = grown(this.rows, row + STRIDE, 0);
    this.rows[row] = at;
    this.rows[row + 1] = source;
    this.rows[row + 2] = start;
    this.rows[row + 3] = end;
    this.rows[row + 4] = definition;
    this.size++;
  }

  /** From `at` on, the output is a copy of the source from `start` on. */
  addCopy(at: number, source: number, start: number): void {
    this.add(at, source, start, COPIED);
  }

  /** From `at` on, the output is the tool's own text. */
  addOwn(at: number): void {
    this.add(at, NOWHERE, 0, 0);
  }

  /**
   * Definition `number` is source[start, end). A later definition with the same number replaces it.
   */
  define(number: number, source: number, start: number, end: number): void {
    const row = number * DEFINITION_STRIDE;
    const needed = row + DEFINITION_STRIDE;
    if (needed > this.definitions.length) {
      this.definitions = grown(this.definitions, needed, NOWHERE);
    }
    this.definitions[row] = source;
    this.definitions[row + 1] = start;
    this.definitions[row + 2] = end;
  }

  /**
   * From `at` on, the output has the origin that the bytes [`from`, `to`) have in `part`, a map of
   * the same sources and definitions.
   */
  addPart(at: number, part: ProvenanceMap, from: number, to: number): void {
    if (from >= to) return;
    const { rows } = part;
    for (let index = Math.max(part.indexAt(from), 0); index < part.size; index++) {
      const row = index * STRIDE;
      const start = rows[row] as number;
      if (start >= to) break;
      const skipped = Math.max(from - start, 0);
      const [source, first] = [rows[row + 1] as number, rows[row + 2] as number];
      const [end, definition] = [rows[row + 3] as number, rows[row + 4] as number];
      const copied = end === COPIED ? skipped : 0;
      this.add(at + start + skipped - from, source, first + copied, end, definition);
    }
  }

  /**
   * Returns a map for this output with `length` bytes put in front: the tool's own text, or a copy
   * of the file `copied`.
   */
  withPrefix(length: number, copied?: string): ProvenanceMap {
    const whole = new ProvenanceMap();
    whole.sources.push(...this.sources);
    whole.definitions = this.definitions.slice();
    if (copied === undefined) whole.addOwn(0);
    else whole.addCopy(0, whole.addSource(copied), 0);
    whole.addPart(length, this, 0, this.outputLength);
    whole.finish(length + this.outputLength);
    return whole;
  }

  /**
   * The output is complete. Throws RangeError if the rows do not begin at its start or go beyond
   * its end.
   */
  finish(outputLength: number): void {
    const last = this.rows[(this.size - 1) * STRIDE] as number;
    if (this.size > 0 && last >= outputLength) this.size--; // nothing was written from this piece
    if (outputLength > 0 && (this.size === 0 || this.rows[0] !== 0)) {
      throw new RangeError('the provenance does not begin where the output does');
    }
    this.outputLength = outputLength;
    this.rows = this.rows.slice(0, this.size * STRIDE); // doubling has reserved too much
  }

  /**
   * Where the byte at `offset` of the output comes from, with the whole piece that contains it. Of
   * a copied piece, the result has only the bytes from `offset` on, at most `length` of them.
   * Throws RangeError for an offset outside of the output.
   */
  lookup(offset: number, length = 1): Provenance {
    if (!(offset >= 0 && offset < this.outputLength)) {
      throw new RangeError(`offset ${offset} is outside of ${this.outputLength} bytes`);
    }
    const index = this.indexAt(offset);
    const row = this.row(index);
    if (this.rows[index * STRIDE + 3] !== COPIED || row.origin === undefined) return row;
    const start = row.origin.start + offset - row.outputStart;
    const size = Math.min(length, row.outputEnd - offset);
    return {
      outputStart: offset,
      outputEnd: offset + size,
      origin: { source: row.origin.source, start, end: start + size },
      definition: row.definition,
    };
  }

  /**
   * Offset in the output of the first piece that was made from this place in the sources or from a
   * later one, if the pieces are in the order of the sources. This is the address of a label there.
   */
  firstOutputAtOrAfter(source: number, start: number): number {
    for (let row = 0; row < this.size * STRIDE; row += STRIDE) {
      const place =
        (this.rows[row + 1] as number) - source || (this.rows[row + 2] as number) - start;
      if (place >= 0) return this.rows[row] as number;
    }
    return this.outputLength;
  }

  /** Row `index`, counted from 0; of a copied piece, the whole. */
  row(index: number): Provenance {
    const { rows } = this;
    const row = index * STRIDE;
    const outputStart = rows[row] as number;
    const next = index + 1 < this.size ? (rows[row + STRIDE] as number) : this.outputLength;
    const start = rows[row + 2] as number;
    const end = rows[row + 3] as number;
    const source = rows[row + 1] as number;
    return {
      outputStart,
      outputEnd: next,
      origin:
        source === NOWHERE
          ? undefined
          : { source, start, end: end === COPIED ? start + next - outputStart : end },
      definition: this.definition(rows[row + 4] as number),
    };
  }

  /** All rows, in output order. */
  *[Symbol.iterator](): Generator<Provenance> {
    for (let index = 0; index < this.size; index++) yield this.row(index);
  }

  private definition(number: number): SourceRange | undefined {
    const row = number * DEFINITION_STRIDE;
    if (number < 0 || row >= this.definitions.length) return undefined;
    const source = this.definitions[row] as number;
    if (source === NOWHERE) return undefined;
    return {
      source,
      start: this.definitions[row + 1] as number,
      end: this.definitions[row + 2] as number,
    };
  }

  /** Index of the last row that begins at or before `offset`, or -1, by a binary search. */
  private indexAt(offset: number): number {
    let low = 0;
    let high = this.size;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.rows[middle * STRIDE] as number) <= offset) low = middle + 1;
      else high = middle;
    }
    return low - 1;
  }
}

/** A copy with room for at least `needed` numbers. New places contain `filler`. */
function grown(old: Int32Array, needed: number, filler: number): Int32Array<ArrayBuffer> {
  const wider = new Int32Array(Math.max(needed, old.length * 2)).fill(filler, old.length);
  wider.set(old);
  return wider;
}
