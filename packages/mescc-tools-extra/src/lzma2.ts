// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * LZMA2: chunks of LZMA or plain bytes → bytes.
 *
 * A control byte begins a chunk: 0 ends the data, 1 and 2 are plain bytes (1 resets the
 * dictionary), 0x80 and up are LZMA, with bits 5 and 6 for what is reset: nothing, state, state and
 * properties, dictionary too.
 */
import type { DecodedBytes, Fail } from './decoding.ts';
import { LzmaDecoder } from './lzma.ts';

/** lc + lp of LZMA2 is at most this. */
const MAX_LITERAL_BITS = 4;

/**
 * Decode the data that begins at `start` into `out`. Returns the offset of the first byte after it.
 */
export function decodeLzma2(
  bytes: Uint8Array,
  start: number,
  dictionarySize: number,
  out: DecodedBytes,
  fail: Fail,
): number {
  const decoder = new LzmaDecoder(out, fail);
  let needsDictionary = true;
  let needsState = true;
  let needsProperties = true;
  let at = start;
  for (;;) {
    const control = bytes[at];
    if (control === undefined) throw fail(at, 'the LZMA2 data ends too early');
    if (control === 0) return at + 1;
    if (control > 2 && control < 0x80) throw fail(at, 'an LZMA2 chunk of an unknown kind');
    const resets = control < 0x80 ? (control === 1 ? 3 : 0) : (control >> 5) & 3;
    if (resets === 3) {
      decoder.resetDictionary(dictionarySize);
      needsDictionary = false;
    } else if (needsDictionary) throw fail(at, 'an LZMA2 chunk without a dictionary');
    const header = control < 0x80 ? 3 : resets >= 2 ? 6 : 5;
    if (at + header > bytes.length) throw fail(bytes.length, 'the LZMA2 data ends too early');
    const size = big16(bytes, at + 1) + 1;
    if (control < 0x80) {
      at = copyPlain(bytes, at + header, size, out, fail);
      // LZMA after plain bytes starts anew, but may keep the properties.
      if (control === 1) needsState = true;
      continue;
    }
    if (resets >= 2) {
      if (!decoder.setProperties(bytes[at + 5] as number, MAX_LITERAL_BITS)) {
        throw fail(at + 5, 'LZMA properties that are not valid');
      }
      needsProperties = false;
    } else if (needsProperties) throw fail(at, 'an LZMA2 chunk without properties');
    if (resets >= 1) {
      decoder.resetState();
      needsState = false;
    } else if (needsState) throw fail(at, 'an LZMA2 chunk without a state');
    const end = at + header + big16(bytes, at + 3) + 1;
    if (end > bytes.length) throw fail(bytes.length, 'the LZMA2 data ends too early');
    decoder.begin(bytes, at + header, end);
    const ended = decoder.decode(((control & 31) << 16) + size);
    if (ended === 'marker' || !decoder.isFinished || decoder.offset !== end) {
      throw fail(decoder.offset, 'an LZMA2 chunk that does not end where it says');
    }
    out.check();
    at = end;
  }
}

function copyPlain(
  bytes: Uint8Array,
  at: number,
  size: number,
  out: DecodedBytes,
  fail: Fail,
): number {
  if (at + size > bytes.length) throw fail(bytes.length, 'the LZMA2 data ends too early');
  out.reserve(size);
  out.bytes.set(bytes.subarray(at, at + size), out.length);
  out.length += size;
  out.check();
  return at + size;
}

function big16(bytes: Uint8Array, at: number): number {
  return ((bytes[at] as number) << 8) | (bytes[at + 1] as number);
}
