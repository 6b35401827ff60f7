// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * The maps of a compiler's output sections, which grow at the same time and are joined at the end.
 *
 * The compiler reports each token when it reaches it; whatever is written after that, in any
 * section, belongs to that token. Invariant: the rows of section n end at or before the length of
 * its writer.
 */
import type { ByteWriter } from './byte-writer.ts';
import { ProvenanceMap } from './provenance-map.ts';

export class SectionProvenance {
  /** The map of the joined output. */
  readonly whole: ProvenanceMap;
  private readonly writers: readonly ByteWriter[];
  private readonly maps: readonly ProvenanceMap[];
  private definitions = 0;
  private current = -1;

  constructor(whole: ProvenanceMap, writers: readonly ByteWriter[]) {
    this.whole = whole;
    this.writers = writers;
    this.maps = writers.map(() => new ProvenanceMap());
  }

  /** From now on, output comes from source[start, end). */
  mark(source: number, start: number, end: number): void {
    for (const [index, provenance] of this.maps.entries()) {
      provenance.add((this.writers[index] as ByteWriter).length, source, start, end, this.current);
    }
  }

  /** From now on, output belongs to the function that source[start, end) names. */
  beginDefinition(source: number, start: number, end: number): void {
    this.current = this.definitions++;
    this.whole.define(this.current, source, start, end);
    this.mark(source, start, end);
  }

  endDefinition(): void {
    this.current = -1;
  }

  /** The bytes [from, to) of section `index` are at `at` in the joined output. */
  join(at: number, index: number, from: number, to: number): void {
    this.whole.addPart(at, this.maps[index] as ProvenanceMap, from, to);
  }
}
