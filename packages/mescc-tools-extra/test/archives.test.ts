// SPDX-License-Identifier: GPL-3.0-or-later
/** The decoders against Node's encoders, and where the formats go beyond what upstream reads. */

import { createHash } from 'node:crypto';
import { constants, gzipSync } from 'node:zlib';
import { encodeLatin1 as bytes, decodeLatin1 as text } from '@stage0-ts/bytes';
import { ToolError } from '@stage0-ts/diagnostics';
import {
  bunzip2,
  crc32,
  gunzip,
  readGzipHeader,
  sha256,
  unxzBytes,
} from '@stage0-ts/mescc-tools-extra';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import * as fixtures from './fixtures.ts';

const hex = (content: Uint8Array) => Buffer.from(content).toString('hex');

/** Content that has both repetitions and surprises. */
const content = fc
  .array(fc.tuple(fc.uint8Array({ maxLength: 30 }), fc.nat({ max: 400 })), { maxLength: 20 })
  .map((pieces) =>
    Buffer.concat(pieces.map(([piece, times]) => Buffer.concat(Array(times).fill(piece)))),
  );

/** Decode; errors must be ToolErrors. */
function attempt(decode: (archive: Uint8Array) => Uint8Array, archive: Uint8Array): string {
  try {
    return hex(decode(archive));
  } catch (error) {
    expect(error).toBeInstanceOf(ToolError);
    return 'refused';
  }
}

describe('gunzip', () => {
  it('undoes gzip at every level and with every strategy', () => {
    const { Z_DEFAULT_STRATEGY, Z_FILTERED, Z_HUFFMAN_ONLY, Z_RLE, Z_FIXED } = constants;
    const strategies = [Z_DEFAULT_STRATEGY, Z_FILTERED, Z_HUFFMAN_ONLY, Z_RLE, Z_FIXED];
    fc.assert(
      fc.property(
        content,
        fc.nat({ max: 9 }),
        fc.constantFrom(...strategies),
        (c, level, strategy) => {
          expect(hex(gunzip(gzipSync(c, { level, strategy })))).toBe(hex(c));
        },
      ),
      { numRuns: 60 },
    );
  });

  it('joins members, whatever follows them', () => {
    fc.assert(
      fc.property(fc.array(content, { minLength: 1, maxLength: 4 }), (parts) => {
        const members = Buffer.concat(parts.map((part) => gzipSync(part)));
        const archive = Buffer.concat([members, Buffer.from('\0\0 no member')]);
        expect(hex(gunzip(archive))).toBe(hex(Buffer.concat(parts)));
      }),
      { numRuns: 30 },
    );
  });

  it('reads every field of the header', () => {
    const plain = gzipSync('content');
    const fields = bytes('\x05\0extra' + 'name\0' + 'comment\0');
    const header = Buffer.concat([
      plain.subarray(0, 3),
      Buffer.from([0x1e]),
      plain.subarray(4, 10),
      fields,
    ]);
    const sum = crc32(header) & 0xffff;
    const archive = (check: number) =>
      Buffer.concat([header, Buffer.from([check & 0xff, check >> 8]), plain.subarray(10)]);
    expect(text(gunzip(archive(sum)))).toBe('content');
    expect(text(readGzipHeader(archive(sum)).name ?? bytes(''))).toBe('name');
    expect(() => gunzip(archive(sum ^ 1))).toThrow('header does not have the checksum');
  });

  it('refuses every truncation, and every changed bit gives an error or the same content', () => {
    const original = bytes(`${fixtures.TEXT}and an end`);
    const archive = gzipSync(original);
    for (let length = 0; length < archive.length; length++) {
      expect(attempt(gunzip, archive.subarray(0, length))).toBe('refused');
    }
    for (let bit = 0; bit < archive.length * 8; bit++) {
      const damaged = Uint8Array.from(archive);
      damaged[bit >> 3] = (damaged[bit >> 3] as number) ^ (1 << (bit & 7));
      expect([hex(original), 'refused']).toContain(attempt(gunzip, damaged));
    }
  });

  it('makes room once where the archive states its size', () => {
    const content = gunzip(gzipSync(Buffer.alloc(3_000_000)));
    expect(content.length).toBe(3_000_000);
    expect(content.buffer.byteLength - content.length).toBe(1 << 16);
  });

  it('ignores what follows, unless the whole input counts', () => {
    const rubbish = Buffer.concat([gzipSync(Buffer.from('a')), Buffer.from('b')]);
    expect(gunzip(rubbish).length).toBe(1);
    expect(() => gunzip(rubbish, { wholeInput: true })).toThrow('something follows the gzip');
  });

  it('stops at the limit', () => {
    const archive = gzipSync(Buffer.alloc(1 << 20));
    expect(gunzip(archive, { limit: 1 << 20 }).length).toBe(1 << 20);
    expect(() => gunzip(archive, { limit: (1 << 20) - 1 })).toThrow('larger than the limit');
    expect(() => gunzip(archive, { limit: 1000 })).toThrow('larger than the limit');
  });
});

describe('bunzip2', () => {
  it('joins streams', () => {
    expect(text(bunzip2(fixtures.BZIP2_TWO_STREAMS))).toBe('first second');
  });

  it('refuses truncations and damage', () => {
    const archive = fixtures.BZIP2_TWO_STREAMS;
    for (let bit = 0; bit < archive.length * 8; bit++) {
      const damaged = Uint8Array.from(archive);
      damaged[bit >> 3] = (damaged[bit >> 3] as number) ^ (1 << (bit & 7));
      // The level in the header can change without effect, and a second stream with another
      // beginning is ignored.
      expect([hex(bytes('first second')), hex(bytes('first ')), 'refused']).toContain(
        attempt(bunzip2, damaged),
      );
    }
  });

  it('reports data that is cut short as ending too early, wherever the cut is', () => {
    const archive = fixtures.BZIP2_TWO_STREAMS;
    const second = archive.lastIndexOf(0x5a) - 1; // of "BZh"
    expect(text(bunzip2(archive.subarray(0, second)))).toBe('first ');
    for (let length = 0; length < second; length++) {
      expect(() => bunzip2(archive.subarray(0, length))).toThrow(/the bzip2 data ends too early/);
    }
  });
});

describe('unxzBytes', () => {
  it('verifies every kind of check', () => {
    for (const archive of [
      fixtures.XZ_NONE,
      fixtures.XZ_CRC32,
      fixtures.XZ_CRC64,
      fixtures.XZ_SHA256,
    ]) {
      expect(text(unxzBytes(archive))).toBe(fixtures.TEXT);
    }
  });

  it('reads padding, empty content, and all literal properties', () => {
    expect(text(unxzBytes(fixtures.XZ_PADDING))).toBe('first second');
    expect(unxzBytes(fixtures.XZ_EMPTY).length).toBe(0);
    expect(text(unxzBytes(fixtures.XZ_LITERAL_POSITION))).toBe(fixtures.TEXT);
    expect(text(unxzBytes(fixtures.LZMA_LITERAL_POSITION))).toBe(fixtures.TEXT);
  });

  it('undoes filters', () => {
    const code = hex(fixtures.machineCode());
    for (const [filter, archive] of Object.entries(fixtures.FILTERED)) {
      expect([filter, hex(unxzBytes(archive))]).toEqual([filter, code]);
    }
  });

  it('refuses every truncation and every changed bit', () => {
    const archive = fixtures.XZ_CRC64;
    for (let length = 0; length < archive.length; length++) {
      expect(attempt(unxzBytes, archive.subarray(0, length))).toBe('refused');
    }
    for (let bit = 0; bit < archive.length * 8; bit++) {
      const damaged = Uint8Array.from(archive);
      damaged[bit >> 3] = (damaged[bit >> 3] as number) ^ (1 << (bit & 7));
      expect(attempt(unxzBytes, damaged)).toBe('refused');
    }
  });
});

it('the decoders throw nothing but ToolError for rubbish', () => {
  const starts = [
    '',
    '\x1f\x8b\x08\0\0\0\0\0\0\x03',
    'BZh91AY&SY',
    '\xfd7zXZ\0\0\x04',
    ']\0\0\x80\0',
  ];
  fc.assert(
    fc.property(fc.constantFrom(...starts), fc.uint8Array({ maxLength: 300 }), (start, rest) => {
      const archive = Buffer.concat([bytes(start), rest]);
      for (const decode of [gunzip, bunzip2, unxzBytes]) {
        attempt((input) => decode(input, { limit: 1 << 20 }), archive);
      }
    }),
    { numRuns: 500 },
  );
});

it('sha256 is SHA-256', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), (input) => {
      expect(hex(sha256(input))).toBe(createHash('sha256').update(input).digest('hex'));
    }),
  );
});
