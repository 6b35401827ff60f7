// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * Printed tokens → rows of a map: the place of each; for a token from a macro, the place of the
 * call.
 *
 * Lines that only inform M2-Planet which file follows have no origin.
 */
import type { ProvenanceMap } from '@stage0-ts/bytes';
import type { Source } from '@stage0-ts/diagnostics';
import type { Token } from './token.ts';

export class TokenProvenance {
  private readonly provenance: ProvenanceMap;
  private readonly sources = new Map<Source, number>();
  /** The token inside a macro → the number of its definition in the map. */
  private readonly definitions = new Map<Token, number>();

  constructor(provenance: ProvenanceMap) {
    this.provenance = provenance;
  }

  /** The text from `at` on comes from `token`. */
  add(at: number, token: Token): void {
    const { source, offset, length, original } = token;
    if (isMade(token)) this.provenance.addOwn(at);
    else {
      const definition = original === undefined ? -1 : this.definition(original);
      this.provenance.add(at, this.sourceNumber(source), offset, offset + length, definition);
    }
  }

  private definition(token: Token): number {
    if (isMade(token)) return -1;
    let number = this.definitions.get(token);
    if (number === undefined) {
      number = this.definitions.size;
      this.definitions.set(token, number);
      const { source, offset, length } = token;
      this.provenance.define(number, this.sourceNumber(source), offset, offset + length);
    }
    return number;
  }

  private sourceNumber(source: Source): number {
    let number = this.sources.get(source);
    if (number === undefined) {
      number = this.provenance.addSource(source.name);
      this.sources.set(source, number);
    }
    return number;
  }
}

/** True for what the preprocessor itself wrote: file names, and values from the command line. */
function isMade({ source, offset, length }: Token): boolean {
  return length === 0 || offset + length > source.bytes.length;
}
