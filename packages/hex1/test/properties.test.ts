// SPDX-License-Identifier: GPL-3.0-or-later
import { encodeLatin1 as latin1 } from '@stage0-ts/bytes';
import { ToolError } from '@stage0-ts/diagnostics';
import { assemble } from '@stage0-ts/hex1';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

type Item =
  | { kind: 'byte'; value: number }
  | { kind: 'label'; name: string }
  | { kind: 'reference'; name: string };

const name = fc.constantFrom('a', 'b', 'c', '#', '%', ' ', '\n');
const item: fc.Arbitrary<Item> = fc.oneof(
  fc.record({ kind: fc.constant('byte' as const), value: fc.nat(255) }),
  fc.record({ kind: fc.constant('label' as const), name }),
  fc.record({ kind: fc.constant('reference' as const), name }),
);

function written(items: readonly Item[]): string {
  return items
    .map((part) => {
      if (part.kind === 'byte') return `${part.value.toString(16).padStart(2, '0')} `;
      return part.kind === 'label' ? `:${part.name}\n` : `%${part.name}\t`;
    })
    .join('');
}

/** What the text means, worked out the plain way: addresses first, then bytes. */
function expected(items: readonly Item[]): number[] {
  const targets = new Map<string, number>();
  let address = 0;
  for (const part of items) {
    if (part.kind === 'label') targets.set(part.name, address);
    else address += part.kind === 'byte' ? 1 : 4;
  }
  const bytes: number[] = [];
  for (const part of items) {
    if (part.kind === 'byte') bytes.push(part.value);
    if (part.kind !== 'reference') continue;
    const displacement = (targets.get(part.name) ?? 0) - (bytes.length + 4);
    for (let shift = 0; shift < 32; shift += 8) bytes.push((displacement >> shift) & 0xff);
  }
  return bytes;
}

describe('hex1 properties', () => {
  it('gives the bytes and displacements that the items of the text mean', () => {
    fc.assert(
      fc.property(fc.array(item, { maxLength: 60 }), (items) => {
        expect([...assemble(latin1(written(items)))]).toEqual(expected(items));
      }),
    );
  });

  it('shifts nothing but itself when bytes are put in front: displacements stay', () => {
    const names = ['a', 'b', 'c', '#', '%', ' ', '\n'].map((label) => `:${label}\n`).join('');
    fc.assert(
      fc.property(fc.array(item, { maxLength: 30 }), fc.nat(20), (items, count) => {
        // every label is defined: 0 is not an address of its own
        const text = names + written(items);
        const moved = assemble(latin1('00'.repeat(count) + text));
        expect([...moved.subarray(count)]).toEqual([...assemble(latin1(text))]);
      }),
    );
  });

  it('either assembles any bytes or says where they are wrong', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 80 }), (source) => {
        try {
          const bytes = assemble(source);
          expect(assemble(source)).toEqual(bytes);
        } catch (error) {
          expect(error).toBeInstanceOf(ToolError);
          expect((error as ToolError).offset).toBeLessThan(source.length);
        }
      }),
    );
  });
});
