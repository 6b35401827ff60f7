// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * What looks wrong in hex0 source, though upstream accepts it: anything between bytes that is
 * neither white space nor a comment, the letter G as a digit, and a byte with one digit.
 */
import { type Report, type Source, StrayCharacters } from '@stage0-ts/diagnostics';

/** Report such faults in the source. */
export function findSuspicious(source: Source, report: Report): void {
  const { bytes } = source;
  const stray = new StrayCharacters(report, 'neither a digit, white space nor a comment');
  let first = -1; // offset of a digit that waits for the second one
  for (let at = 0; at < bytes.length; at++) {
    const character = String.fromCharCode(bytes[at] as number);
    if (character === '#' || character === ';') {
      at = bytes.indexOf(0x0a, at);
      if (at < 0) break;
    } else if (/[0-9A-Fa-f]/.test(character)) first = first < 0 ? at : -1;
    else stray.check(source, at);
  }
  if (first >= 0) report(source, first, 'odd-digits', 'a byte with one digit');
}
