// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * hex0: pairs of hexadecimal digits → bytes.
 *
 * The language is hexadecimal digits and comments from `#` or `;` to the end of the line; every
 * other character is a separator. Invariant: every second digit writes one byte, whatever is
 * between the two.
 *
 * Behaviour defined by x86/hex0_x86.hex0 of stage0-posix 1.9.1 and the 181-byte seed, which agree.
 */
import { ByteWriter, type ProvenanceMap } from '@stage0-ts/bytes';
import { type FindingOptions, reportOf, requireBytes } from '@stage0-ts/diagnostics';
import { findSuspicious } from './strict.ts';

/** Classes of input bytes that are not digits; digits are their value, 0 to 16. */
const SEPARATOR = -1;
const COMMENT = -2;
const LINE_FEED = 0x0a;

const CLASSES: Int8Array = classTable();

/** Options of {@link assemble}. */
export interface AssembleOptions extends FindingOptions {
  /** Name of the source in the map; default `input`. */
  readonly name?: string;
  /** Receives, for each byte, its digits and what is between them. Default: no map is made. */
  readonly provenance?: ProvenanceMap | undefined;
}

/**
 * Assemble hex0 source.
 *
 * Never fails unless `strict`: every byte string is a hex0 program. A last digit without a second
 * one is dropped.
 */
export function assemble(
  source: Uint8Array,
  options: AssembleOptions = {},
): Uint8Array<ArrayBuffer> {
  const { provenance } = options;
  requireBytes(source);
  const report = reportOf(options);
  if (report) findSuspicious({ name: options.name ?? 'input', bytes: source }, report);
  const number = provenance?.addSource(options.name ?? 'input') ?? 0;
  const out = new ByteWriter(source.length >> 1);
  let high = -1; // first digit of the current byte, or -1 between bytes
  let first = 0; // offset of that digit
  for (let at = 0; at < source.length; at++) {
    const digit = CLASSES[source[at] as number] as number;
    if (digit >= 0) {
      if (high < 0) {
        high = digit;
        first = at;
      } else {
        provenance?.add(out.length, number, first, at + 1);
        out.writeByte(high * 16 + digit); // G is worth 16: only the low eight bits are kept
        high = -1;
      }
    } else if (digit === COMMENT) {
      at = source.indexOf(LINE_FEED, at);
      if (at < 0) break; // a comment may end with the file
    }
  }
  provenance?.finish(out.length);
  return out.toBytes();
}

/** Quirk kept: the digit test admits one letter too many, so `G` and `g` are digits worth 16. */
function classTable(): Int8Array {
  const table = new Int8Array(256).fill(SEPARATOR);
  for (let value = 0; value <= 9; value++) table[0x30 + value] = value;
  for (let value = 10; value <= 16; value++) {
    table[0x41 + value - 10] = value;
    table[0x61 + value - 10] = value;
  }
  table[0x23] = COMMENT; // #
  table[0x3b] = COMMENT; // ;
  return table;
}
