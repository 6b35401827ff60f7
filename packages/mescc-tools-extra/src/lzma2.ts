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

/** LZMA2 limits lc + lp to this. */
const MAX_LITERAL_BITS = 4;

/** Control bytes below this mean plain bytes, or the end. */
const FIRST_LZMA = 0x80;

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
  return new Lzma2Decoder(bytes, dictionarySize, out, fail).decode(start);
}

class Lzma2Decoder {
  private readonly bytes: Uint8Array;
  private readonly dictionarySize: number;
  private readonly out: DecodedBytes;
  private readonly fail: Fail;
  private readonly decoder: LzmaDecoder;
  private needsDictionary = true;
  private needsState = true;
  private needsProperties = true;

  constructor(bytes: Uint8Array, dictionarySize: number, out: DecodedBytes, fail: Fail) {
    this.bytes = bytes;
    this.dictionarySize = dictionarySize;
    this.out = out;
    this.fail = fail;
    this.decoder = new LzmaDecoder(out, fail);
  }

  decode(start: number): number {
    let at = start;
    for (;;) {
      const control = this.bytes[at];
      if (control === undefined) throw this.truncated();
      if (control === 0) return at + 1;
      if (control >= FIRST_LZMA) at = this.decodeChunk(at, control);
      else if (control <= 2) at = this.copyChunk(at, control);
      else throw this.fail(at, 'an LZMA2 chunk of an unknown kind');
      this.out.check();
    }
  }

  /** chunk = 1 or 2, size, bytes. Returns the offset after it. */
  private copyChunk(start: number, control: number): number {
    this.prepareDictionary(start, control === 1);
    const { bytes, out } = this;
    this.requireUpTo(start + 3);
    const size = big16(bytes, start + 1) + 1;
    const at = start + 3;
    this.requireUpTo(at + size);
    out.reserve(size);
    out.bytes.set(bytes.subarray(at, at + size), out.length);
    out.length += size;
    // After plain bytes that reset the dictionary, LZMA must reset its state, but may keep its
    // properties.
    if (control === 1) this.needsState = true;
    return at + size;
  }

  /** chunk = control, sizes of the content and of the data, [ properties ] data. */
  private decodeChunk(start: number, control: number): number {
    const { bytes, decoder } = this;
    const resets = (control >> 5) & 3;
    this.prepareDictionary(start, resets === 3);
    const at = start + (resets >= 2 ? 6 : 5);
    this.requireUpTo(at);
    this.prepareProperties(start, resets >= 2);
    this.prepareState(start, resets >= 1);
    const end = at + big16(bytes, start + 3) + 1;
    this.requireUpTo(end);
    decoder.begin(bytes, at, end);
    const ended = decoder.decode(((control & 31) << 16) + big16(bytes, start + 1) + 1);
    if (ended === 'marker' || !decoder.isFinished || decoder.offset !== end) {
      throw this.fail(decoder.offset, 'an LZMA2 chunk that does not end where it says');
    }
    return end;
  }

  private prepareDictionary(at: number, isReset: boolean): void {
    if (isReset) {
      this.decoder.resetDictionary(this.dictionarySize);
      this.needsDictionary = false;
    } else if (this.needsDictionary) throw this.fail(at, 'an LZMA2 chunk without a dictionary');
  }

  private prepareProperties(at: number, isReset: boolean): void {
    if (isReset) {
      if (!this.decoder.setProperties(this.bytes[at + 5] as number, MAX_LITERAL_BITS)) {
        throw this.fail(at + 5, 'LZMA properties that are not valid');
      }
      this.needsProperties = false;
    } else if (this.needsProperties) throw this.fail(at, 'an LZMA2 chunk without properties');
  }

  private prepareState(at: number, isReset: boolean): void {
    if (isReset) {
      this.decoder.resetState();
      this.needsState = false;
    } else if (this.needsState) throw this.fail(at, 'an LZMA2 chunk without a state');
  }

  /** Throws if the data does not reach to `end`. */
  private requireUpTo(end: number): void {
    if (end > this.bytes.length) throw this.truncated();
  }

  private truncated(): Error {
    return this.fail(this.bytes.length, 'the LZMA2 data ends too early');
  }
}

function big16(bytes: Uint8Array, at: number): number {
  return ((bytes[at] as number) << 8) | (bytes[at + 1] as number);
}
