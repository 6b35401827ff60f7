// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * LZMA: range-coded literals and matches → bytes. xz.ts wraps it as LZMA2 and as .lzma.
 *
 * A bit is decoded against an adaptive probability of 11 bits; a symbol is a walk down a tree of such bits, from 1
 * at the root to a leaf: a symbol of n bits ends as 2^n + its value. The output itself is the dictionary.
 * Invariant between bits: 0 <= code < range, as unsigned numbers, and range >= 2^24 after a byte has been shifted
 * in where it was needed.
 *
 * The format is that of the LZMA SDK; mescc-tools-extra/unxz.c of stage0-posix 1.9.1 decodes it with
 * lc + lp <= 4 only.
 */
import { type DecodedBytes, type Fail, repeat, SLACK } from './decoding.ts';

const STATES = 12;
/** States from here on follow a match. */
const LITERAL_STATES = 7;
/** The state after a literal, by the state before it. */
const AFTER_LITERAL: Uint8Array = Uint8Array.of(0, 0, 0, 0, 1, 2, 3, 4, 5, 6, 4, 5);
const POSITION_STATES = 16;
const HALF = 1024;
const SHORTEST_MATCH = 2;
const LONGEST_MATCH = 273;
/** Bytes to make room for at a time. */
const ROOM: number = 1 << 16;
const TRUNCATED = 'the LZMA data ends too early';

/** Offsets into the probabilities; a length coder is choice, choice 2, low, middle and high trees. */
const IS_MATCH = 0;
/** Four times: a new distance or an old one, the last or an older one, and so on. */
const IS_REPEAT: number = IS_MATCH + STATES * POSITION_STATES;
const IS_LONG: number = IS_REPEAT + 4 * STATES;
const LENGTH: number = IS_LONG + STATES * POSITION_STATES;
const LENGTH_TREES = 2;
const LENGTH_TREE = 8;
const LONG_LENGTHS = 256;
const LENGTH_SIZE: number = LENGTH_TREES + 2 * POSITION_STATES * LENGTH_TREE + LONG_LENGTHS;
const REPEAT_LENGTH: number = LENGTH + LENGTH_SIZE;
const SLOT: number = REPEAT_LENGTH + LENGTH_SIZE;
const SLOTS = 64;
const SPECIAL: number = SLOT + 4 * SLOTS;
const ALIGN: number = SPECIAL + 128;
const LITERAL: number = ALIGN + 16;
const LITERAL_SIZE = 0x300;
/** lc and lp together. */
const MOST_CONTEXT_BITS = 12;

/**
 * The probabilities of the decoder that is at work: there is one at a time, as none gives way to another before its
 * end. A constant is a tenth faster than a field, and takes no memory for contexts that are not used.
 */
const PROBABILITIES: Uint16Array = new Uint16Array(LITERAL + (LITERAL_SIZE << MOST_CONTEXT_BITS));

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
  /** How many of the probabilities are in use. */
  private used = LITERAL;
  private literalContextBits = 0;
  private literalPositionMask = 0;
  private positionMask = 0;
  private state = 0;
  /** The last four distances, less one, as signed numbers. */
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
    this.used = LITERAL + (LITERAL_SIZE << (contextBits + positionBits));
    this.resetState();
    return true;
  }

  resetState(): void {
    PROBABILITIES.fill(HALF, 0, this.used);
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
    this.input = input;
    this.end = end;
    this.range = 0xffffffff | 0;
    this.code = 0;
    for (let i = 1; i < 5; i++) this.code = (this.code << 8) | (input[at + i] as number);
    this.at = at + 5;
  }

  /**
   * Decode up to `limit` bytes more, or to the end marker; with 0, the end marker alone. The range coder is left
   * normalized.
   *
   * All of it is one function, and a bit the same dozen lines wherever one is decoded: they go fastest while range,
   * code and the place in the input are variables, and a function of their own would have to give three back.
   */
  decode(limit: number): LzmaEnd {
    const probabilities = PROBABILITIES;
    const { out, input, end, dictionaryStart } = this;
    const { literalContextBits, literalPositionMask, positionMask } = this;
    const window = this.dictionarySize >>> 0;
    const stop = out.length + limit;
    let { bytes, view, length: to } = out;
    let { range, code, at, state, rep0, rep1, rep2, rep3 } = this;
    // Of the bit: where its probability is, what that is, and which part of the range stands for 0.
    let index = 0;
    let probability = 0;
    let bound = 0;
    let ended: LzmaEnd = 'full';
    do {
      // A symbol may have used what is behind the end; one is harmless.
      if (at > end) throw this.truncated();
      if (to + LONGEST_MATCH + SLACK > bytes.length) {
        out.length = to;
        out.reserve(Math.min(stop - to, ROOM));
        ({ bytes, view } = out);
      }
      const position = to - dictionaryStart;
      const positionState = position & positionMask;

      // A literal (0) or a match?
      let isMatch = true;
      if (range >>> 24 === 0) {
        range <<= 8;
        code = (code << 8) | (input[at++] as number);
      }
      index = IS_MATCH + state * POSITION_STATES + positionState;
      probability = probabilities[index] as number;
      bound = Math.imul(range >>> 11, probability);
      if (code >>> 0 < bound >>> 0) {
        range = bound;
        probabilities[index] = probability + ((2048 - probability) >> 5);
        isMatch = false;
      } else {
        range = (range - bound) | 0;
        code = (code - bound) | 0;
        probabilities[index] = probability - (probability >> 5);
      }

      if (!isMatch) {
        // Eight bits, in a context of the byte before and of the position.
        const before = position === 0 ? 0 : (bytes[to - 1] as number);
        const context =
          ((position & literalPositionMask) << literalContextBits) +
          (before >> (8 - literalContextBits));
        const tree = LITERAL + LITERAL_SIZE * context;
        let symbol = 1;
        if (state >= LITERAL_STATES) {
          // The byte that the match would have copied next helps, until the two differ.
          if (rep0 >>> 0 >= position >>> 0 || rep0 >>> 0 >= window) throw this.tooFar(at);
          let expected = bytes[to - rep0 - 1] as number;
          for (let isEqual = true; isEqual && symbol < 0x100; ) {
            expected <<= 1;
            const expectedBit = expected & 0x100;
            if (range >>> 24 === 0) {
              range <<= 8;
              code = (code << 8) | (input[at++] as number);
            }
            index = tree + 0x100 + expectedBit + symbol;
            probability = probabilities[index] as number;
            bound = Math.imul(range >>> 11, probability);
            if (code >>> 0 < bound >>> 0) {
              range = bound;
              probabilities[index] = probability + ((2048 - probability) >> 5);
              symbol <<= 1;
              isEqual = expectedBit === 0;
            } else {
              range = (range - bound) | 0;
              code = (code - bound) | 0;
              probabilities[index] = probability - (probability >> 5);
              symbol = (symbol << 1) | 1;
              isEqual = expectedBit !== 0;
            }
          }
        }
        while (symbol < 0x100) {
          if (range >>> 24 === 0) {
            range <<= 8;
            code = (code << 8) | (input[at++] as number);
          }
          index = tree + symbol;
          probability = probabilities[index] as number;
          bound = Math.imul(range >>> 11, probability);
          if (code >>> 0 < bound >>> 0) {
            range = bound;
            probabilities[index] = probability + ((2048 - probability) >> 5);
            symbol <<= 1;
          } else {
            range = (range - bound) | 0;
            code = (code - bound) | 0;
            probabilities[index] = probability - (probability >> 5);
            symbol = (symbol << 1) | 1;
          }
        }
        bytes[to++] = symbol;
        state = AFTER_LITERAL[state] as number;
        continue;
      }

      // A new distance (0), or one of the last four (10, 110, 1110, 1111)?
      let age = 0;
      for (; age < 4; age++) {
        if (range >>> 24 === 0) {
          range <<= 8;
          code = (code << 8) | (input[at++] as number);
        }
        index = IS_REPEAT + age * STATES + state;
        probability = probabilities[index] as number;
        bound = Math.imul(range >>> 11, probability);
        if (code >>> 0 < bound >>> 0) {
          range = bound;
          probabilities[index] = probability + ((2048 - probability) >> 5);
          break;
        } else {
          range = (range - bound) | 0;
          code = (code - bound) | 0;
          probabilities[index] = probability - (probability >> 5);
        }
      }
      const lengths = age === 0 ? LENGTH : REPEAT_LENGTH;
      let isShort = false;
      if (age === 1) {
        // The last distance again may be for a single byte (0).
        if (range >>> 24 === 0) {
          range <<= 8;
          code = (code << 8) | (input[at++] as number);
        }
        index = IS_LONG + state * POSITION_STATES + positionState;
        probability = probabilities[index] as number;
        bound = Math.imul(range >>> 11, probability);
        if (code >>> 0 < bound >>> 0) {
          range = bound;
          probabilities[index] = probability + ((2048 - probability) >> 5);
          isShort = true;
        } else {
          range = (range - bound) | 0;
          code = (code - bound) | 0;
          probabilities[index] = probability - (probability >> 5);
        }
      }
      const isLate = state >= LITERAL_STATES;
      if (age === 0) state = isLate ? 10 : 7;
      else if (isShort) state = isLate ? 11 : 9;
      else state = isLate ? 11 : 8;

      let length = 1;
      if (!isShort) {
        // Lengths from 2 (0), from 10 (10) or from 18 (11)?
        let kind = 0;
        for (; kind < 2; kind++) {
          if (range >>> 24 === 0) {
            range <<= 8;
            code = (code << 8) | (input[at++] as number);
          }
          index = lengths + kind;
          probability = probabilities[index] as number;
          bound = Math.imul(range >>> 11, probability);
          if (code >>> 0 < bound >>> 0) {
            range = bound;
            probabilities[index] = probability + ((2048 - probability) >> 5);
            break;
          } else {
            range = (range - bound) | 0;
            code = (code - bound) | 0;
            probabilities[index] = probability - (probability >> 5);
          }
        }
        let tree = lengths + LENGTH_TREES + kind * POSITION_STATES * LENGTH_TREE;
        let leaves = LONG_LENGTHS;
        if (kind < 2) {
          tree += positionState * LENGTH_TREE;
          leaves = LENGTH_TREE;
        }
        let symbol = 1;
        while (symbol < leaves) {
          if (range >>> 24 === 0) {
            range <<= 8;
            code = (code << 8) | (input[at++] as number);
          }
          index = tree + symbol;
          probability = probabilities[index] as number;
          bound = Math.imul(range >>> 11, probability);
          if (code >>> 0 < bound >>> 0) {
            range = bound;
            probabilities[index] = probability + ((2048 - probability) >> 5);
            symbol <<= 1;
          } else {
            range = (range - bound) | 0;
            code = (code - bound) | 0;
            probabilities[index] = probability - (probability >> 5);
            symbol = (symbol << 1) | 1;
          }
        }
        length = SHORTEST_MATCH + kind * LENGTH_TREE + symbol - leaves;
      }

      if (age === 0) {
        // A slot is the size of a distance and its first two bits.
        let tree = SLOT + SLOTS * (length < 6 ? length - 2 : 3);
        let symbol = 1;
        while (symbol < SLOTS) {
          if (range >>> 24 === 0) {
            range <<= 8;
            code = (code << 8) | (input[at++] as number);
          }
          index = tree + symbol;
          probability = probabilities[index] as number;
          bound = Math.imul(range >>> 11, probability);
          if (code >>> 0 < bound >>> 0) {
            range = bound;
            probabilities[index] = probability + ((2048 - probability) >> 5);
            symbol <<= 1;
          } else {
            range = (range - bound) | 0;
            code = (code - bound) | 0;
            probabilities[index] = probability - (probability >> 5);
            symbol = (symbol << 1) | 1;
          }
        }
        const slot = symbol - SLOTS;
        rep3 = rep2;
        rep2 = rep1;
        rep1 = rep0;
        rep0 = slot;
        if (slot >= 4) {
          let bits = (slot >> 1) - 1;
          rep0 = (2 | (slot & 1)) << bits;
          tree = SPECIAL + rep0 - slot;
          if (slot >= 14) {
            // All but four bits are as often 0 as 1: half of the range is for either.
            let value = 0;
            for (; bits > 4; bits--) {
              if (range >>> 24 === 0) {
                range <<= 8;
                code = (code << 8) | (input[at++] as number);
              }
              range = (range >>> 1) | 0; // neither it nor code is negative now
              code = (code - range) | 0;
              // -1 for a 0: a branch would be taken at random, and cost more.
              const isZero = code >> 31;
              code = (code + (range & isZero)) | 0;
              value = (value << 1) + isZero + 1;
            }
            rep0 |= value << 4;
            tree = ALIGN;
          }
          // The lowest bit comes first.
          symbol = 1;
          for (let i = 0; i < bits; i++) {
            if (range >>> 24 === 0) {
              range <<= 8;
              code = (code << 8) | (input[at++] as number);
            }
            index = tree + symbol;
            probability = probabilities[index] as number;
            bound = Math.imul(range >>> 11, probability);
            if (code >>> 0 < bound >>> 0) {
              range = bound;
              probabilities[index] = probability + ((2048 - probability) >> 5);
              symbol <<= 1;
            } else {
              range = (range - bound) | 0;
              code = (code - bound) | 0;
              probabilities[index] = probability - (probability >> 5);
              symbol = (symbol << 1) | 1;
              rep0 |= 1 << i;
            }
          }
          if (rep0 === -1) {
            ended = 'marker';
            break;
          }
        }
      } else if (age > 1) {
        const distance = age === 2 ? rep1 : age === 3 ? rep2 : rep3;
        if (age > 3) rep3 = rep2;
        if (age > 2) rep2 = rep1;
        rep1 = rep0;
        rep0 = distance;
      }

      if (rep0 >>> 0 >= position >>> 0 || rep0 >>> 0 >= window) throw this.tooFar(at);
      const after = to + length;
      if (after > stop) throw this.tooLong(at, limit);
      repeat(bytes, view, to, after, rep0 + 1);
      to = after;
    } while (to < stop);

    if (range >>> 24 === 0) {
      range <<= 8;
      code = (code << 8) | (input[at++] as number);
    }
    if (at > end) throw this.truncated();
    if (to > stop) throw this.tooLong(at, limit);
    out.length = to;
    this.range = range;
    this.code = code;
    this.at = at;
    this.state = state;
    this.rep0 = rep0;
    this.rep1 = rep1;
    this.rep2 = rep2;
    this.rep3 = rep3;
    return ended;
  }

  /** The error for a distance beyond what there is; data that is cut short may be the reason. */
  private tooFar(at: number): Error {
    if (at > this.end) return this.truncated();
    return this.fail(at, 'an LZMA distance that is too large');
  }

  private tooLong(at: number, limit: number): Error {
    if (at > this.end) return this.truncated();
    const isOver = limit === 0;
    return this.fail(
      at,
      isOver ? 'LZMA data that goes on after its end' : 'a match that runs past its chunk',
    );
  }

  private truncated(): Error {
    return this.fail(this.end, TRUNCATED);
  }
}
