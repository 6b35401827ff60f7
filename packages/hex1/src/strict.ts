// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * What looks wrong in hex1 source, though upstream accepts it: labels that are undefined, defined
 * twice, or within a byte; anything that is neither a byte, a label, white space nor a comment; a
 * byte with one digit.
 */
import { type Report, type Source, StrayCharacters } from '@stage0-ts/diagnostics';

/** Report such faults in the source. */
export function findSuspicious(source: Source, report: Report): void {
  const { bytes } = source;
  const stray = new StrayCharacters(report, 'neither a digit, a label, white space nor a comment');
  const defined = new Set<number>();
  const used: number[] = []; // offsets of references
  let first = -1; // offset of a digit that waits for the second one
  for (let at = 0; at < bytes.length; at++) {
    const character = String.fromCharCode(bytes[at] as number);
    if (/[0-9A-Fa-f]/.test(character)) first = first < 0 ? at : -1;
    else if (character === '#' || character === ';') at = commentEnd(bytes, at);
    else if (character === ':' || character === '%') {
      if (first >= 0) report(source, at, 'split-byte', 'a label within a byte');
      const label = bytes[at + 1];
      if (label === undefined) return; // which is an error in itself
      if (character === '%') used.push(at);
      else if (defined.has(label)) {
        report(source, at, 'duplicate-label', 'this label is defined before');
      } else defined.add(label);
      at++;
    } else stray.check(source, at);
  }
  if (first >= 0) report(source, first, 'odd-digits', 'a byte with one digit');
  for (const offset of used) {
    const isDefined = defined.has(bytes[offset + 1] as number);
    if (!isDefined) report(source, offset, 'undefined-label', 'undefined label');
  }
}

function commentEnd(bytes: Uint8Array, start: number): number {
  let at = start;
  while (at < bytes.length && bytes[at] !== 0x0a && bytes[at] !== 0x0d) at++;
  return at;
}
