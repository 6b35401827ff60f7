// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * The way back through the transform against its definition, for any bytes and origin. Bytes that
 * no compressor sends make several cycles; the text goes round one of them.
 */
import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { Block } from '../src/bzip2-block.ts';

/**
 * The text according to the definition: the place of byte n is sorted to the place of byte n - 1.
 */
function textByDefinition(bytes: Uint8Array, origin: number): Uint8Array {
  const next = [...bytes.keys()].sort(
    (a, b) => (bytes[a] as number) - (bytes[b] as number) || a - b,
  );
  let place = origin;
  return bytes.map(() => {
    place = next[place] as number;
    return bytes[place] as number;
  });
}

it('follows the bytes round any circles', () => {
  const block = new Block();
  const bytes = fc.oneof(
    fc.uint8Array({ minLength: 1, maxLength: 400, size: 'max' }),
    fc.uint8Array({ minLength: 1, maxLength: 400, max: 2, size: 'max' }),
  );
  fc.assert(
    fc.property(bytes, fc.nat(), (sent, number) => {
      const origin = number % sent.length;
      block.counts.fill(0);
      block.reserve(sent.length);
      sent.forEach((byte, i) => {
        block.entries[i] = byte;
        (block.counts[byte] as number)++;
      });
      expect(block.text(sent.length, origin)).toEqual(textByDefinition(sent, origin));
    }),
    { numRuns: 500 },
  );
});
