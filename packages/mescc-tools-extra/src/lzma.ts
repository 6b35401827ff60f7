// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * LZMA: range-coded literals and matches → bytes. xz.ts wraps it as LZMA2 and as .lzma.
 *
 * A bit is decoded against an adaptive probability of 11 bits; a symbol is a walk down a tree of such bits.
 * The output itself is the dictionary. Invariant between bits: 0 <= code < range, and range >= 2^24 after
 * a byte has been shifted in where it was needed.
 *
 * The format is that of the LZMA SDK; mescc-tools-extra/unxz.c of stage0-posix 1.9.1 decodes it with
 * lc + lp <= 4 only.
 */
import type { DecodedBytes, Fail } from './decoding.ts';

const STATES = 12;
const LITERAL_STATES = 7;
const POSITION_STATES = 16;
const HALF = 1024;
const SHORTEST_MATCH = 2;
export const LONGEST_MATCH = 273;

/** Offsets into the probabilities; a length coder is choice, choice 2, low, middle and high trees. */
const IS_MATCH = 0;
const IS_REPEAT: number = IS_MATCH + STATES * POSITION_STATES;
const IS_REPEAT_0: number = IS_REPEAT + STATES;
const IS_REPEAT_1: number = IS_REPEAT_0 + STATES;
const IS_REPEAT_2: number = IS_REPEAT_1 + STATES;
const IS_REPEAT_0_LONG: number = IS_REPEAT_2 + STATES;
const LENGTH: number = IS_REPEAT_0_LONG + STATES * POSITION_STATES;
const LENGTH_LOW = 2;
const LENGTH_MIDDLE: number = LENGTH_LOW + POSITION_STATES * 8;
const LENGTH_HIGH: number = LENGTH_MIDDLE + POSITION_STATES * 8;
const LENGTH_SIZE: number = LENGTH_HIGH + 256;
const REPEAT_LENGTH: number = LENGTH + LENGTH_SIZE;
const SLOT: number = REPEAT_LENGTH + LENGTH_SIZE;
const SLOT_SIZE = 64;
const SPECIAL: number = SLOT + 4 * SLOT_SIZE;
const ALIGN: number = SPECIAL + 128;
const LITERAL: number = ALIGN + 16;
const LITERAL_SIZE = 0x300;

/** How a call of {@link LzmaDecoder.decode} ended. */
export type LzmaEnd = 'full' | 'marker';

export class LzmaDecoder {
  private readonly out: DecodedBytes;
  private readonly fail: Fail;
  private input: Uint8Array = new Uint8Array();
  private at = 0;
  private end = 0;
  /** Unsigned numbers of 32 bits, kept as signed ones: a field of larger numbers is a slow one. */
  private range = 0;
  private code = 0;
  private probabilities = new Uint16Array(LITERAL);
  private literalContextBits = 0;
  private literalPositionMask = 0;
  private positionMask = 0;
  private state = 0;
  /** The last four distances, less one. */
  private rep0 = 0;
  private rep1 = 0;
  private rep2 = 0;
  private rep3 = 0;
  /** Where in the output the dictionary begins, and how far back it reaches. */
  private dictionaryStart = 0;
  private dictionarySize = 0;

  constructor(out: DecodedBytes, fail: Fail) {
    this.out = out;
    this.fail = fail;
  }

  /** The offset of the next byte of input. */
  get offset(): number {
    return this.at;
  }

  /** True when the range coder stands where an encoder ends. */
  get isFinished(): boolean {
    return this.code === 0;
  }

  /** Forget everything that was written: no distance reaches it. */
  resetDictionary(size: number): void {
    this.dictionaryStart = this.out.length;
    this.dictionarySize = size;
  }

  /** Set lc, lp and pb from the property byte. False for one that is none. */
  setProperties(property: number, mostLiteralBits: number): boolean {
    if (property >= 9 * 5 * 5) return false;
    const contextBits = property % 9;
    const positionBits = Math.floor(property / 9) % 5;
    if (contextBits + positionBits > mostLiteralBits) return false;
    this.literalContextBits = contextBits;
    this.literalPositionMask = (1 << positionBits) - 1;
    this.positionMask = (1 << Math.floor(property / 45)) - 1;
    this.probabilities = new Uint16Array(LITERAL + (LITERAL_SIZE << (contextBits + positionBits)));
    this.resetState();
    return true;
  }

  resetState(): void {
    this.probabilities.fill(HALF);
    this.state = 0;
    this.rep0 = 0;
    this.rep1 = 0;
    this.rep2 = 0;
    this.rep3 = 0;
  }

  /** Begin to read range-coded data at input[at, end): a zero and four bytes. */
  begin(input: Uint8Array, at: number, end: number): void {
    if (at + 5 > end) throw this.truncated();
    if (input[at] !== 0) throw this.fail(at, 'LZMA data that does not begin with a zero');
    this.input = input;
    this.end = end;
    this.range = 0xffffffff | 0;
    this.code = 0;
    for (let i = 1; i < 5; i++) this.code = (this.code << 8) | (input[at + i] as number);
    this.at = at + 5;
  }

  /** Decode up to `limit` bytes more, or to the end marker. The range coder is left normalized. */
  decode(limit: number): LzmaEnd {
    const { out, probabilities, dictionaryStart } = this;
    const stop = out.length + limit;
    while (out.length < stop) {
      if (out.length + LONGEST_MATCH > out.bytes.length) out.reserve(LONGEST_MATCH + (1 << 16));
      const position = out.length - dictionaryStart;
      const positionState = position & this.positionMask;
      if (this.bit(probabilities, IS_MATCH + this.state * POSITION_STATES + positionState) === 0) {
        this.literal(position);
        continue;
      }
      const length = this.match(positionState, position);
      if (length === 0) continue; // a short repeat, already copied
      if (length < 0) {
        this.normalize();
        return 'marker';
      }
      this.checkDistance(position);
      if (out.length + length > stop) throw this.fail(this.at, 'a match that runs past its chunk');
      this.copy(length);
    }
    this.normalize();
    return 'full';
  }

  /** Decode the end marker, and throw if something else comes. */
  decodeMarker(): LzmaEnd {
    const position = this.out.length - this.dictionaryStart;
    const positionState = position & this.positionMask;
    const isMatch = IS_MATCH + this.state * POSITION_STATES + positionState;
    if (
      this.bit(this.probabilities, isMatch) === 0 ||
      this.bit(this.probabilities, IS_REPEAT + this.state) === 1 ||
      this.distance(this.length(LENGTH, positionState)) !== 0xffffffff
    ) {
      throw this.fail(this.at, 'LZMA data that goes on after its end');
    }
    this.normalize();
    return 'marker';
  }

  /** A byte: eight bits, in a context of the byte before it and of the position. */
  private literal(position: number): void {
    const { out, probabilities, literalContextBits } = this;
    const { bytes, length } = out;
    const previous = position === 0 ? 0 : (bytes[length - 1] as number);
    const context =
      ((position & this.literalPositionMask) << literalContextBits) +
      (previous >> (8 - literalContextBits));
    const base = LITERAL + LITERAL_SIZE * context;
    let symbol = 1;
    if (this.state >= LITERAL_STATES) {
      // After a match the byte that it would have copied next helps, until the two differ.
      this.checkDistance(position);
      let expected = bytes[length - this.rep0 - 1] as number;
      do {
        const expectedBit = (expected >> 7) & 1;
        expected <<= 1;
        const bit = this.bit(probabilities, base + ((1 + expectedBit) << 8) + symbol);
        symbol = (symbol << 1) | bit;
        if (bit !== expectedBit) break;
      } while (symbol < 0x100);
    }
    bytes[length] = this.walk(base, symbol, 0x100);
    out.length = length + 1;
    const { state } = this;
    this.state = state < 4 ? 0 : state < 10 ? state - 3 : state - 6;
  }

  /** The length of a match whose distance is then in rep0; 0 for a single byte, copied here; -1 for the end marker. */
  private match(positionState: number, position: number): number {
    const { probabilities, state } = this;
    const isLate = state >= LITERAL_STATES;
    if (this.bit(probabilities, IS_REPEAT + state) === 0) {
      this.rep3 = this.rep2;
      this.rep2 = this.rep1;
      this.rep1 = this.rep0;
      const length = this.length(LENGTH, positionState);
      this.state = isLate ? 10 : 7;
      this.rep0 = this.distance(length);
      return this.rep0 === 0xffffffff ? -1 : length;
    }
    if (this.bit(probabilities, IS_REPEAT_0 + state) === 0) {
      const isLong = IS_REPEAT_0_LONG + state * POSITION_STATES + positionState;
      if (this.bit(probabilities, isLong) === 0) {
        this.state = isLate ? 11 : 9;
        this.checkDistance(position);
        this.copy(1);
        return 0;
      }
    } else {
      let distance = this.rep1;
      if (this.bit(probabilities, IS_REPEAT_1 + state) === 1) {
        distance = this.rep2;
        if (this.bit(probabilities, IS_REPEAT_2 + state) === 1) {
          distance = this.rep3;
          this.rep3 = this.rep2;
        }
        this.rep2 = this.rep1;
      }
      this.rep1 = this.rep0;
      this.rep0 = distance;
    }
    const length = this.length(REPEAT_LENGTH, positionState);
    this.state = isLate ? 11 : 8;
    return length;
  }

  private length(coder: number, positionState: number): number {
    const { probabilities } = this;
    if (this.bit(probabilities, coder) === 0) {
      return SHORTEST_MATCH + this.tree(coder + LENGTH_LOW + 8 * positionState, 3);
    }
    if (this.bit(probabilities, coder + 1) === 0) {
      return SHORTEST_MATCH + 8 + this.tree(coder + LENGTH_MIDDLE + 8 * positionState, 3);
    }
    return SHORTEST_MATCH + 16 + this.tree(coder + LENGTH_HIGH, 8);
  }

  /** A distance less one: six bits tell its size and first two bits, the others follow. */
  private distance(length: number): number {
    const context = Math.min(length - SHORTEST_MATCH, 3);
    const slot = this.tree(SLOT + SLOT_SIZE * context, 6);
    if (slot < 4) return slot;
    const extraBits = (slot >> 1) - 1;
    const high = ((2 | (slot & 1)) << extraBits) >>> 0;
    if (slot < 14) return high + this.reverseTree(SPECIAL + high - slot, extraBits);
    return high + this.directBits(extraBits - 4) * 16 + this.reverseTree(ALIGN, 4);
  }

  /** Bits of equal probability, at most 26. */
  private directBits(count: number): number {
    const { input, end } = this;
    let { range, code, at } = this;
    let value = 0;
    for (let i = 0; i < count; i++) {
      if (range >>> 24 === 0) {
        if (at >= end) throw this.truncated();
        range <<= 8;
        code = (code << 8) | (input[at++] as number);
      }
      range >>>= 1; // no longer negative
      value <<= 1;
      if (code >>> 0 < range) continue;
      code = (code - range) | 0;
      value |= 1;
    }
    this.range = range;
    this.code = code;
    this.at = at;
    return value;
  }

  private tree(base: number, bits: number): number {
    return this.walk(base, 1, 1 << bits) - (1 << bits);
  }

  /** Down a tree from `symbol` to a leaf. Most bits are decoded here: it is {@link bit} with the state in variables. */
  private walk(base: number, from: number, leaves: number): number {
    const { probabilities, input, end } = this;
    let { range, code, at } = this;
    let symbol = from;
    while (symbol < leaves) {
      if (range >>> 24 === 0) {
        if (at >= end) throw this.truncated();
        range <<= 8;
        code = (code << 8) | (input[at++] as number);
      }
      const probability = probabilities[base + symbol] as number;
      const bound = Math.imul(range >>> 11, probability);
      if (code >>> 0 < bound >>> 0) {
        range = bound;
        probabilities[base + symbol] = probability + ((2048 - probability) >> 5);
        symbol <<= 1;
      } else {
        range = (range - bound) | 0;
        code = (code - bound) | 0;
        probabilities[base + symbol] = probability - (probability >> 5);
        symbol = (symbol << 1) | 1;
      }
    }
    this.range = range;
    this.code = code;
    this.at = at;
    return symbol;
  }

  /** A tree whose lowest bit comes first. */
  private reverseTree(base: number, bits: number): number {
    let symbol = this.walk(base, 1, 1 << bits);
    let value = 0;
    for (; symbol > 1; symbol >>= 1) value = (value << 1) | (symbol & 1);
    return value;
  }

  private bit(probabilities: Uint16Array, index: number): number {
    this.normalize();
    const probability = probabilities[index] as number;
    const bound = Math.imul(this.range >>> 11, probability);
    if (this.code >>> 0 < bound >>> 0) {
      this.range = bound;
      probabilities[index] = probability + ((2048 - probability) >> 5);
      return 0;
    }
    this.range = (this.range - bound) | 0;
    this.code = (this.code - bound) | 0;
    probabilities[index] = probability - (probability >> 5);
    return 1;
  }

  private normalize(): void {
    if (this.range >>> 24 !== 0) return;
    if (this.at >= this.end) throw this.truncated();
    this.range <<= 8;
    this.code = (this.code << 8) | (this.input[this.at++] as number);
  }

  private checkDistance(position: number): void {
    if (this.rep0 < position && this.rep0 < this.dictionarySize) return;
    throw this.fail(this.at, 'an LZMA distance that is too large');
  }

  private copy(length: number): void {
    const { bytes } = this.out;
    let to = this.out.length;
    let from = to - this.rep0 - 1;
    for (const stop = to + length; to < stop; ) bytes[to++] = bytes[from++] as number;
    this.out.length = to;
  }

  private truncated(): Error {
    return this.fail(this.end, 'the LZMA data ends too early');
  }
}
