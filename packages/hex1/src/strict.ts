// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * What `--strict` rejects in hex1 source, though upstream accepts it: labels that are undefined,
 * defined twice, or within a byte; anything that is neither a byte, a label, white space nor a
 * comment; a byte with one digit.
 */
import { errorAt, type Source, type ToolError } from '@stage0-ts/diagnostics';

/** Tab, line feed, carriage return, blank. */
const WHITE_SPACE: ReadonlySet<number> = new Set([0x09, 0x0a, 0x0d, 0x20]);

/** Throw a positioned ToolError for the first such fault in the source. */
export function requirePlain(source: Source): void {
  const { bytes } = source;
  const defined = new Set<number>();
  const used = new Map<number, number>(); // label → offset of its first reference
  let first = -1; // offset of a first digit without its second one yet
  for (let at = 0; at < bytes.length; at++) {
    const character = String.fromCharCode(bytes[at] as number);
    if (/[0-9A-Fa-f]/.test(character)) first = first < 0 ? at : -1;
    else if (character === '#' || character === ';') at = commentEnd(bytes, at);
    else if (character === ':' || character === '%') {
      if (first >= 0) throw failure(source, at, 'split-byte', 'a label within a byte');
      const label = bytes[at + 1];
      if (label === undefined) return; // which is an error in itself
      if (character === '%') used.set(label, used.get(label) ?? at);
      else if (defined.has(label))
        throw failure(source, at, 'duplicate-label', 'this label is defined before');
      else defined.add(label);
      at++;
    } else if (!WHITE_SPACE.has(bytes[at] as number)) {
      const message = 'neither a digit, a label, white space nor a comment';
      throw failure(source, at, 'stray-character', message);
    }
  }
  if (first >= 0) throw failure(source, first, 'odd-digits', 'a byte with one digit');
  for (const [label, offset] of used) {
    if (!defined.has(label)) throw failure(source, offset, 'undefined-label', 'undefined label');
  }
}

function commentEnd(bytes: Uint8Array, start: number): number {
  let at = start;
  while (at < bytes.length && bytes[at] !== 0x0a && bytes[at] !== 0x0d) at++;
  return at;
}

function failure(source: Source, offset: number, code: string, message: string): ToolError {
  return errorAt(source, offset, code, message);
}
