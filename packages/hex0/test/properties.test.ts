// SPDX-License-Identifier: GPL-3.0-or-later
import { encodeLatin1 as latin1 } from '@stage0-ts/bytes';
import { assemble } from '@stage0-ts/hex0';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

/** What may be anywhere between digits without a meaning. */
const filler = fc.constantFrom(
  '',
  ' ',
  '\t',
  '\n',
  '# 41\n',
  ';ff\r\n',
  'x',
  '\u00e4',
  '\0',
  '(',
  'H',
);

describe('hex0 properties', () => {
  it('gives back any bytes that are written as digits, whatever separates them', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(255), filler, filler, fc.boolean())), (bytes) => {
        const text = bytes.map(([byte, inside, after, upper]) => {
          const digits = byte.toString(16).padStart(2, '0');
          const [high, low] = upper ? digits.toUpperCase() : digits;
          return `${high}${inside}${low}${after}`;
        });
        expect([...assemble(latin1(text.join('')))]).toEqual(bytes.map(([byte]) => byte));
      }),
    );
  });

  it('assembles two files that end between bytes and lines as it assembles each', () => {
    const whole = fc
      .array(fc.constantFrom('41', '4\n2', '# x\n', ' ', 'G0', ';\r\n'))
      .map((p) => `${p.join('')}\n`);
    fc.assert(
      fc.property(whole, whole, (first, second) => {
        const joined = assemble(latin1(first + second));
        expect([...joined]).toEqual([...assemble(latin1(first)), ...assemble(latin1(second))]);
      }),
    );
  });

  it('takes any bytes, gives at most half as many, and leaves the source alone', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (source) => {
        const before = source.slice();
        const first = assemble(source);
        expect(first.length).toBeLessThanOrEqual(source.length >> 1);
        expect(assemble(source)).toEqual(first);
        expect(source).toEqual(before);
      }),
    );
  });
});
