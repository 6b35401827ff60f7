// SPDX-License-Identifier: GPL-3.0-or-later
/** Numbers as upstream's strtoint reads them. */
import { encodeLatin1, strtoint, strtointOf } from '@stage0-ts/bytes';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

describe('strtoint', () => {
  it('reads numbers of each base, and wraps them', () => {
    const number = fc.tuple(
      fc.integer({ min: 0, max: 2 ** 40 }),
      fc.constantFrom<[string, number]>(['0b', 2], ['0x', 16], ['0', 8], ['', 10]),
      fc.boolean(),
    );
    fc.assert(
      fc.property(number, ([value, [prefix, radix], negative]) => {
        const text = `${prefix}${negative ? '-' : ''}${value.toString(radix)}`;
        const signed = BigInt.asIntN(32, negative ? -BigInt(value) : BigInt(value));
        // A decimal number does not begin with a 0, except for 0 itself.
        expect(strtoint(text)).toBe(Number(signed));
        expect(strtoint(text.replace(/.$/, '_$&_'))).toBe(Number(signed));
      }),
    );
  });

  it.each([
    ['', 0],
    ['-', 0],
    ['0x', 0],
    ['0x-', 0],
    ['0b', 0],
    ['0xfF', 255],
    ['0x-5', -5],
    ['0-17', -15],
    ['0b-11', -3],
    ['-0x5', 0],
    ['--5', 0],
    ['08048000', 0],
    ['0b2', 0],
    ['0X10', 0],
    ['10u', 0],
    [' 1', 0],
    ['1 ', 0],
    ['a', 0],
    ['0xg', 0],
    ['\u0130', 0],
    ['٣', 0],
    ['4294967297', 1],
    ['2147483648', -2147483648],
  ])('%j is %d', (text, value) => {
    expect(strtoint(text)).toBe(value);
  });

  it('reads a part of the bytes, and nothing around it', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[-_0-9a-fxb]{0,8}$/), (text) => {
        const bytes = encodeLatin1(`07${text}07`);
        expect(strtointOf(bytes, 2, bytes.length - 2)).toBe(strtoint(text));
      }),
    );
  });
});
