// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * The provenance of the output: tokens, as the parser comes to them → rows of the map.
 *
 * A token that is not in any input, such as the value of a predefined macro, does not replace the
 * previous one.
 */
import { type ProvenanceMap, SectionProvenance } from '@stage0-ts/bytes';
import type { Source } from '@stage0-ts/diagnostics';
import type { Output } from './output.ts';
import type { Token } from './token.ts';

/** The sources of a map, numbered in the order in which their tokens appear. */
export class ProvenanceSources {
  private readonly provenance: ProvenanceMap;
  private readonly numbers = new Map<Source, number>();

  constructor(provenance: ProvenanceMap) {
    this.provenance = provenance;
  }

  /** The number of the token's source; undefined if it is in no source. */
  numberOf(token: Token): number | undefined {
    const { source } = token.origin;
    if (source === undefined) return undefined;
    const known = this.numbers.get(source);
    if (known !== undefined) return known;
    const number = this.provenance.addSource(source.name);
    this.numbers.set(source, number);
    return number;
  }
}

export class TokenProvenance {
  private readonly sources: ProvenanceSources;
  private readonly provenance: SectionProvenance;

  constructor(provenance: ProvenanceMap, output: Output) {
    this.sources = new ProvenanceSources(provenance);
    this.provenance = new SectionProvenance(provenance, output.sections);
    output.provenance = this.provenance;
  }

  /** From here on, output comes from `token`. */
  mark(token: Token): void {
    const source = this.sources.numberOf(token);
    if (source !== undefined) this.provenance.mark(source, token.start, token.end);
  }

  /** From here on, output belongs to the function of this name. */
  beginFunction(name: Token): void {
    const source = this.sources.numberOf(name);
    if (source !== undefined) this.provenance.beginDefinition(source, name.start, name.end);
  }

  endFunction(): void {
    this.provenance.endDefinition();
  }
}
