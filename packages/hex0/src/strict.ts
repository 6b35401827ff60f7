// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * What `--strict` rejects in hex0 source, though upstream accepts it: anything between bytes that
 * is neither white space nor a comment, the letter G as a digit, and a byte with one digit.
 */
import { errorAt, type Source } from '@stage0-ts/diagnostics';

/** Tab, line feed, carriage return, blank. */
const WHITE_SPACE: ReadonlySet<number> = new Set([0x09, 0x0a, 0x0d, 0x20]);

/** Throw a positioned ToolError for the first such fault in the source. */
export function requirePlain(source: Source): void {
  const { bytes } = source;
  let first = -1; // offset of a first digit without its second one yet
  for (let at = 0; at < bytes.length; at++) {
    const character = String.fromCharCode(bytes[at] as number);
    if (character === '#' || character === ';') {
      at = bytes.indexOf(0x0a, at);
      if (at < 0) break;
    } else if (/[0-9A-Fa-f]/.test(character)) first = first < 0 ? at : -1;
    else if (!WHITE_SPACE.has(bytes[at] as number)) {
      throw errorAt(source, at, 'stray-character', 'neither a digit, white space nor a comment');
    }
  }
  if (first >= 0) throw errorAt(source, first, 'odd-digits', 'a byte with one digit');
}
