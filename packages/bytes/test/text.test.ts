// SPDX-License-Identifier: GPL-3.0-or-later
import {
  decodeLatin1,
  decodeUtf8,
  encodeLatin1,
  encodeUtf8,
  hostToLatin1,
  latin1ToHost,
} from '@stage0-ts/bytes';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

const bytes = fc.uint8Array({ maxLength: 300 });

describe('UTF-8', () => {
  it('gives any bytes back', () => {
    fc.assert(
      fc.property(bytes, (input) => {
        expect([...encodeUtf8(decodeUtf8(input))]).toEqual([...input]);
      }),
    );
  });

  it('agrees with TextEncoder on well-formed text', () => {
    const text = fc.string({ unit: 'binary', maxLength: 100 });
    fc.assert(
      fc.property(text, (input) => {
        expect([...encodeUtf8(input)]).toEqual([...new TextEncoder().encode(input)]);
        expect(decodeUtf8(encodeUtf8(input))).toBe(input);
      }),
    );
  });

  it('refuses overlong forms, surrogates and what is cut short', () => {
    const escaped = (input: number[]) => decodeUtf8(Uint8Array.from(input));
    for (const input of [
      [0xc0, 0xaf],
      [0xe0, 0x80, 0xaf],
      [0xed, 0xa0, 0x80],
      [0xf4, 0x90, 0x80, 0x80],
      [0xe2, 0x82],
    ]) {
      expect(escaped(input)).toBe(String.fromCharCode(...input.map((byte) => 0xdc00 + byte)));
    }
  });

  it('accepts long texts', () => {
    const long = 'ä€'.repeat(50_000);
    expect(decodeUtf8(encodeUtf8(long))).toBe(long);
  });
});

describe('byte strings', () => {
  it('hold one byte for each character', () => {
    fc.assert(
      fc.property(bytes, (input) => {
        const text = decodeLatin1(input);
        expect(text.length).toBe(input.length);
        expect([...encodeLatin1(text)]).toEqual([...input]);
        expect(hostToLatin1(latin1ToHost(text))).toBe(text);
      }),
    );
  });

  it('take long inputs and parts', () => {
    const input = Uint8Array.from({ length: 100_000 }, (_, at) => at);
    const text = decodeLatin1(input);
    expect([text.length, text.charCodeAt(99_999)]).toEqual([100_000, 99_999 & 255]);
    expect(decodeLatin1(input, 65, 68)).toBe('ABC');
  });
});
