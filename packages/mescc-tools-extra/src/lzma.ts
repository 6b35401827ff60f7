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
const TOP = 2 ** 24;
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
    this.range = 0xffffffff;
    this.code = 0;
    for (let i = 1; i < 5; i++) this.code = ((this.code << 8) | (input[at + i] as number)) >>> 0;
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
    while (symbol < 0x100) symbol = (symbol << 1) | this.bit(probabilities, base + symbol);
    bytes[length] = symbol;
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
    const high = (2 | (slot & 1)) * 2 ** extraBits;
    if (slot < 14) return high + this.reverseTree(SPECIAL + high - slot, extraBits);
    return high + this.directBits(extraBits - 4) * 16 + this.reverseTree(ALIGN, 4);
  }

  /** Bits of equal probability, at most 26. */
  private directBits(count: number): number {
    let value = 0;
    for (let i = 0; i < count; i++) {
      this.normalize();
      this.range >>>= 1;
      const bit = this.code >= this.range ? 1 : 0;
      if (bit === 1) this.code -= this.range;
      value = value * 2 + bit;
    }
    return value;
  }

  private tree(base: number, bits: number): number {
    const { probabilities } = this;
    let symbol = 1;
    for (let i = 0; i < bits; i++) symbol = (symbol << 1) | this.bit(probabilities, base + symbol);
    return symbol - (1 << bits);
  }

  /** A tree whose lowest bit comes first. */
  private reverseTree(base: number, bits: number): number {
    const { probabilities } = this;
    let symbol = 1;
    let value = 0;
    for (let i = 0; i < bits; i++) {
      const bit = this.bit(probabilities, base + symbol);
      symbol = (symbol << 1) | bit;
      value |= bit << i;
    }
    return value;
  }

  private bit(probabilities: Uint16Array, index: number): number {
    if (this.range < TOP) this.normalize();
    const probability = probabilities[index] as number;
    const bound = (this.range >>> 11) * probability;
    if (this.code < bound) {
      this.range = bound;
      probabilities[index] = probability + ((2048 - probability) >> 5);
      return 0;
    }
    this.range -= bound;
    this.code -= bound;
    probabilities[index] = probability - (probability >> 5);
    return 1;
  }

  private normalize(): void {
    if (this.range >= TOP) return;
    if (this.at >= this.end) throw this.truncated();
    this.range = (this.range << 8) >>> 0;
    this.code = ((this.code << 8) | (this.input[this.at++] as number)) >>> 0;
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
