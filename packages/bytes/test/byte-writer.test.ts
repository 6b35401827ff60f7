// SPDX-License-Identifier: GPL-3.0-or-later
import { ByteWriter } from '@stage0-ts/bytes';
import fc from 'fast-check';
import { expect, it } from 'vitest';

it('contains what was written, in order, whatever the pieces', () => {
  const piece = fc.oneof(
    fc.record({ byte: fc.nat(255) }),
    fc.record({ bytes: fc.uint8Array({ maxLength: 100 }) }),
    fc.record({ text: fc.string({ unit: 'grapheme-ascii', maxLength: 50 }) }),
    fc.record({ fill: fc.nat(255), count: fc.nat(60) }),
  );
  fc.assert(
    fc.property(fc.array(piece), fc.nat(40), (pieces, capacity) => {
      const writer = new ByteWriter(capacity);
      const expected: number[] = [];
      for (const one of pieces) {
        if ('byte' in one) {
          writer.writeByte(one.byte);
          expected.push(one.byte);
        } else if ('bytes' in one) {
          writer.write(one.bytes);
          expected.push(...one.bytes);
        } else if ('text' in one) {
          writer.writeLatin1(one.text);
          expected.push(...Buffer.from(one.text, 'latin1'));
        } else {
          writer.fill(one.fill, one.count);
          for (let i = 0; i < one.count; i++) expected.push(one.fill);
        }
      }
      expect([...writer.toBytes()]).toEqual(expected);
      expect(writer.length).toBe(expected.length);
    }),
  );
});

it('keeps the low eight bits and writes parts', () => {
  const writer = new ByteWriter();
  writer.writeByte(0x141);
  writer.write(Uint8Array.from([1, 2, 3, 4]), 1, 3);
  expect([...writer.toBytes()]).toEqual([0x41, 2, 3]);
  expect([...writer.view(1)]).toEqual([2, 3]);
});
