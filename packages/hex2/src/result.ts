// SPDX-License-Identifier: GPL-3.0-or-later
/** The result of both linkers. */

/** A label as it was defined. */
export interface LinkSymbol {
  /** The label, with one character for each byte (latin1). */
  readonly name: string;
  /** Its address, including the base address, as a signed 32-bit number. */
  readonly address: number;
  /** Name of the source that defines it. */
  readonly file: string;
  /** Offset of its `:` in that source. */
  readonly offset: number;
}

export interface LinkResult {
  readonly image: Uint8Array<ArrayBuffer>;
  /**
   * In the order of the definitions. If a name occurs twice, references mean the last definition.
   */
  readonly symbols: readonly LinkSymbol[];
}
