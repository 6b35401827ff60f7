// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * LZMA: range-coded literals and matches → bytes. xz.ts wraps it as LZMA2 and as .lzma.
 *
 * The range coder (range-decoder.ts) produces bits; this decoder turns them into symbols. A symbol
 * is a literal byte, or a match: a copy of earlier output, which is also the dictionary. All that
 * is learned is in one table of probabilities, which belongs to the decoder.
 *
 * The format is that of the LZMA SDK; mescc-tools-extra/unxz.c of stage0-posix 1.9.1 decodes it
 * with lc + lp <= 4 only.
 */
import { type DecodedBytes, type Fail, repeat, SLACK } from './decoding.ts';
import { RangeDecoder, resetProbabilities } from './range-decoder.ts';

/** The state tells which kinds of symbols came last. From 7 on, the last one was a match. */
const STATES = 12;
const FIRST_STATE_AFTER_MATCH = 7;
/** The state after a literal, for each state before it. */
const STATE_AFTER_LITERAL: Uint8Array = Uint8Array.of(0, 0, 0, 0, 1, 2, 3, 4, 5, 6, 4, 5);
/** Some probabilities depend on the lowest bits of the position, at most four of them. */
const MAX_POSITION_STATES = 16;
/** Shortest match, in bytes. */
const MIN_MATCH = 2;
const MAX_MATCH = 273;
/** How many bytes to make room for at a time. */
const MAX_RESERVED: number = 1 << 16;
const TRUNCATED = 'the LZMA data ends too early';

/**
 * Where the table has each kind of probability. A length coder is two choices, and the low, middle
 * and high trees.
 */
const IS_MATCH = 0;
/** Four decisions: a new distance or an old one; the last distance or an older one; and so on. */
const IS_REPEAT: number = IS_MATCH + STATES * MAX_POSITION_STATES;
const IS_LONG: number = IS_REPEAT + 4 * STATES;
const LENGTH: number = IS_LONG + STATES * MAX_POSITION_STATES;
const LENGTH_TREES = 2;
const LENGTH_LEAVES = 8;
const LONG_LENGTH_LEAVES = 256;
const LENGTH_SIZE: number =
  LENGTH_TREES + 2 * MAX_POSITION_STATES * LENGTH_LEAVES + LONG_LENGTH_LEAVES;
const REPEAT_LENGTH: number = LENGTH + LENGTH_SIZE;
const SLOT: number = REPEAT_LENGTH + LENGTH_SIZE;
const SLOT_LEAVES = 64;
const SHORT_DISTANCE: number = SLOT + 4 * SLOT_LEAVES;
const ALIGN: number = SHORT_DISTANCE + 128;
const LITERAL: number = ALIGN + 16;
/**
 * For each literal context: a tree of 256, and one more for each value of the bit that a match
 * would have given.
 */
const LITERAL_SIZE = 0x300;

/** How a call of {@link LzmaDecoder.decode} ended. */
export type LzmaEnd = 'full' | 'marker';

export class LzmaDecoder {
  private readonly out: DecodedBytes;
  private readonly fail: Fail;
  private readonly coder = new RangeDecoder();
  /**
   * The table is made by {@link setProperties} and kept while it is large enough; its first `used`
   * entries count.
   */
  private probabilities: Uint16Array = new Uint16Array();
  private used = 0;
  private literalContextBits = 0;
  private literalPositionMask = 0;
  private positionMask = 0;
  private state = 0;
  /** The last four distances, minus one, latest first, as signed numbers of 32 bits. */
  private rep0 = 0;
  private rep1 = 0;
  private rep2 = 0;
  private rep3 = 0;
  /** Where the dictionary begins in the output, and how far back it reaches. */
  private dictionaryStart = 0;
  private dictionarySize = 0;

  constructor(out: DecodedBytes, fail: Fail) {
    this.out = out;
    this.fail = fail;
  }

  /** The offset of the next byte of the input. */
  get offset(): number {
    return this.coder.at;
  }

  /** True when the range coder is in the state in which an encoder ends. */
  get isFinished(): boolean {
    return this.coder.isFinished;
  }

  /** Forget everything that was written: later distances cannot reach it. */
  resetDictionary(size: number): void {
    this.dictionaryStart = this.out.length;
    this.dictionarySize = size;
  }

  /** Set lc, lp and pb from the property byte. False if it is not valid. */
  setProperties(property: number, maxLiteralBits: number): boolean {
    if (property >= 9 * 5 * 5) return false;
    const contextBits = property % 9;
    const positionBits = Math.floor(property / 9) % 5;
    if (contextBits + positionBits > maxLiteralBits) return false;
    this.literalContextBits = contextBits;
    this.literalPositionMask = (1 << positionBits) - 1;
    this.positionMask = (1 << Math.floor(property / 45)) - 1;
    this.used = LITERAL + (LITERAL_SIZE << (contextBits + positionBits));
    if (this.used > this.probabilities.length) this.probabilities = new Uint16Array(this.used);
    this.resetState();
    return true;
  }

  /** Forget the learned probabilities and the last distances. */
  resetState(): void {
    resetProbabilities(this.probabilities, this.used);
    this.state = 0;
    this.rep0 = 0;
    this.rep1 = 0;
    this.rep2 = 0;
    this.rep3 = 0;
  }

  /** Begin to read range-coded data at input[at, end): a zero and four bytes. */
  begin(input: Uint8Array, at: number, end: number): void {
    if (at + 5 > end) throw this.fail(end, TRUNCATED);
    if (input[at] !== 0) throw this.fail(at, 'LZMA data that does not begin with a zero');
    this.coder.begin(input, at, end);
  }

  /**
   * Decode up to `limit` more bytes, or to the end marker; if `limit` is 0, only the end marker.
   * The range coder is left normalized.
   */
  decode(limit: number): LzmaEnd {
    const { out, coder } = this;
    const stop = out.length + limit;
    let ended: LzmaEnd = 'full';
    do {
      // The last symbol may have used bytes past the end: one check per symbol is enough.
      if (coder.isPastEnd) throw this.truncated();
      if (out.length + MAX_MATCH + SLACK > out.bytes.length) {
        out.reserve(Math.min(stop - out.length, MAX_RESERVED));
      }
      if (this.decodeSymbol(limit, stop)) continue;
      ended = 'marker';
      break;
    } while (out.length < stop);
    coder.normalize();
    if (coder.isPastEnd) throw this.truncated();
    if (out.length > stop) throw this.tooLong(limit);
    return ended;
  }

  /** Decode one literal or match. False for the end marker. */
  private decodeSymbol(limit: number, stop: number): boolean {
    const { out, coder, probabilities } = this;
    const position = out.length - this.dictionaryStart;
    const positionState = position & this.positionMask;
    const context = this.state * MAX_POSITION_STATES + positionState;
    if (coder.decodeBit(probabilities, IS_MATCH + context) === 0) {
      this.decodeLiteral(position);
      return true;
    }
    const decodeLength = this.decodeMatch(positionState, context);
    if (decodeLength === 0) return false;
    this.checkDistance(position);
    const after = out.length + decodeLength;
    if (after > stop) throw this.tooLong(limit);
    repeat(out.bytes, out.view, out.length, after, this.rep0 + 1);
    out.length = after;
    return true;
  }

  /** Decode a byte. Its context is the byte before it and its position. */
  private decodeLiteral(position: number): void {
    const { out, coder, probabilities } = this;
    const before = position === 0 ? 0 : (out.bytes[out.length - 1] as number);
    const context =
      ((position & this.literalPositionMask) << this.literalContextBits) +
      (before >> (8 - this.literalContextBits));
    const tree = LITERAL + LITERAL_SIZE * context;
    let node = 1;
    if (this.state >= FIRST_STATE_AFTER_MATCH) {
      // The byte that the match would have copied next is a hint, until the first bit that differs
      // from it.
      this.checkDistance(position);
      let expected = out.bytes[out.length - this.rep0 - 1] as number;
      for (let isEqual = true; isEqual && node < 0x100; ) {
        expected <<= 1;
        const expectedBit = expected & 0x100;
        const bit = coder.decodeBit(probabilities, tree + 0x100 + expectedBit + node);
        node = (node << 1) | bit;
        isEqual = bit << 8 === expectedBit;
      }
    }
    while (node < 0x100) node = (node << 1) | coder.decodeBit(probabilities, tree + node);
    out.bytes[out.length++] = node; // only the lowest eight bits are stored
    this.state = STATE_AFTER_LITERAL[this.state] as number;
  }

  /** Decode a match. Sets `rep0` to its distance and returns its length; 0 for the end marker. */
  private decodeMatch(positionState: number, context: number): number {
    const { coder, probabilities } = this;
    // A new distance (0), or one of the last four (10, 110, 1110, 1111)?
    let age = 0;
    while (age < 4 && coder.decodeBit(probabilities, IS_REPEAT + age * STATES + this.state) === 1)
      age++;
    const isAfterMatch = this.state >= FIRST_STATE_AFTER_MATCH;
    if (age === 1 && coder.decodeBit(probabilities, IS_LONG + context) === 0) {
      this.state = isAfterMatch ? 11 : 9;
      return 1; // one byte, at the last distance
    }
    if (age > 0) {
      this.state = isAfterMatch ? 11 : 8;
      const length = this.length(REPEAT_LENGTH, positionState);
      this.reuseDistance(age);
      return length;
    }
    this.state = isAfterMatch ? 10 : 7;
    const length = this.length(LENGTH, positionState);
    this.rep3 = this.rep2;
    this.rep2 = this.rep1;
    this.rep1 = this.rep0;
    this.rep0 = this.decodeDistance(length);
    return this.rep0 === -1 ? 0 : length;
  }

  /** Lengths from 2 (0), from 10 (10) or from 18 (11). */
  private length(base: number, positionState: number): number {
    const { coder, probabilities } = this;
    const low = base + LENGTH_TREES + positionState * LENGTH_LEAVES;
    if (coder.decodeBit(probabilities, base) === 0) {
      return MIN_MATCH + coder.decodeTree(probabilities, low, LENGTH_LEAVES);
    }
    const treesOfAKind = MAX_POSITION_STATES * LENGTH_LEAVES;
    if (coder.decodeBit(probabilities, base + 1) === 0) {
      return (
        MIN_MATCH +
        LENGTH_LEAVES +
        coder.decodeTree(probabilities, low + treesOfAKind, LENGTH_LEAVES)
      );
    }
    const high = base + LENGTH_TREES + 2 * treesOfAKind;
    return (
      MIN_MATCH + 2 * LENGTH_LEAVES + coder.decodeTree(probabilities, high, LONG_LENGTH_LEAVES)
    );
  }

  /**
   * A new distance, minus one; -1 is the end marker. A slot gives its size and its two highest
   * bits.
   */
  private decodeDistance(length: number): number {
    const { coder, probabilities } = this;
    const slotTree = SLOT + SLOT_LEAVES * Math.min(length - MIN_MATCH, 3);
    const slot = coder.decodeTree(probabilities, slotTree, SLOT_LEAVES);
    if (slot < 4) return slot;
    const bits = (slot >> 1) - 1;
    const high = (2 | (slot & 1)) << bits;
    if (slot < 14) {
      return high | coder.decodeReverseTree(probabilities, SHORT_DISTANCE + high - slot, bits);
    }
    const middle = coder.decodeDirectBits(bits - 4) << 4;
    return high | middle | coder.decodeReverseTree(probabilities, ALIGN, 4);
  }

  /** Make the distance of this age the last one. Age 1 is the last distance, 4 the oldest. */
  private reuseDistance(age: number): void {
    if (age === 1) return;
    const distance = age === 2 ? this.rep1 : age === 3 ? this.rep2 : this.rep3;
    if (age > 3) this.rep3 = this.rep2;
    if (age > 2) this.rep2 = this.rep1;
    this.rep1 = this.rep0;
    this.rep0 = distance;
  }

  /** The last distance must not reach before the dictionary, nor exceed the dictionary's size. */
  private checkDistance(position: number): void {
    if (this.rep0 >>> 0 < position >>> 0 && this.rep0 >>> 0 < this.dictionarySize >>> 0) return;
    const { coder } = this;
    // The reason may be that data is cut short.
    if (coder.isPastEnd) throw this.truncated();
    throw this.fail(coder.at, 'an LZMA distance that is too large');
  }

  private tooLong(limit: number): Error {
    const { coder } = this;
    if (coder.isPastEnd) return this.truncated();
    const isOver = limit === 0;
    return this.fail(
      coder.at,
      isOver ? 'LZMA data that goes on after its end' : 'a match that runs past its chunk',
    );
  }

  private truncated(): Error {
    return this.fail(this.coder.end, TRUNCATED);
  }
}
