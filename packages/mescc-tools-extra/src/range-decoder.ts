// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * The range coder of LZMA: input bytes → bits, and small numbers made of bits.
 *
 * `range` is an interval that each bit cuts in two; `code` says in which part the input lies. The
 * position of the cut depends on the probability of a 0, in units of 1/2048, which is adjusted
 * after every bit. Invariant between bits: 0 <= code < range, as unsigned numbers of 32 bits. Both
 * are kept as signed ones, because a field that holds larger numbers is slow.
 */

/** The probability at which 0 and 1 are equally likely. */
const HALF = 1024;
const ONE = 2048;
/** How fast a probability follows the bits: each bit moves it by 1/32 of the way. */
const ADAPTATION = 5;

export class RangeDecoder {
  /** The offset of the next byte of the input. It may exceed `end`: see {@link isPastEnd}. */
  at = 0;
  /** The offset after the last byte that belongs to the coder. */
  end = 0;
  private input: Uint8Array = new Uint8Array();
  private range = 0;
  private code = 0;

  /**
   * Start to decode input[at, end). It has at least five bytes: a zero, and the first four bytes of
   * `code`.
   */
  begin(input: Uint8Array, at: number, end: number): void {
    this.input = input;
    this.end = end;
    this.range = 0xffffffff | 0;
    this.code = 0;
    for (let i = 1; i < 5; i++) this.code = (this.code << 8) | (input[at + i] as number);
    this.at = at + 5;
  }

  /** True in the state in which an encoder leaves the coder at the end of its data. */
  get isFinished(): boolean {
    return this.code === 0;
  }

  /**
   * True when more bytes were used than there are. It is not checked for each byte: a missing byte
   * reads as 0, or as a byte of the next chunk, and the decoder checks once per symbol.
   */
  get isPastEnd(): boolean {
    return this.at > this.end;
  }

  /** Shift in a byte if the range is below 2^24, so that it has enough bits to be divided. */
  normalize(): void {
    if (this.range >>> 24 !== 0) return;
    this.range <<= 8;
    this.code = (this.code << 8) | (this.input[this.at++] as number);
  }

  /** Decode a bit by the probability at `index`, which is then adjusted. */
  decodeBit(probabilities: Uint16Array, index: number): number {
    this.normalize();
    const probability = probabilities[index] as number;
    const bound = Math.imul(this.range >>> 11, probability);
    if (this.code >>> 0 < bound >>> 0) {
      this.range = bound;
      probabilities[index] = probability + ((ONE - probability) >> ADAPTATION);
      return 0;
    }
    this.range = (this.range - bound) | 0;
    this.code = (this.code - bound) | 0;
    probabilities[index] = probability - (probability >> ADAPTATION);
    return 1;
  }

  /** Decode `count` bits, highest first. Each is 0 or 1 with the same probability. */
  decodeDirectBits(count: number): number {
    let value = 0;
    for (let i = 0; i < count; i++) {
      this.normalize();
      this.range = (this.range >>> 1) | 0;
      this.code = (this.code - this.range) | 0;
      // -1 for the bit 0: then `code` was smaller, so the range is added again. A branch here would
      // be unpredictable for the processor.
      const isZero = this.code >> 31;
      this.code = (this.code + (this.range & isZero)) | 0;
      value = (value << 1) + isZero + 1;
    }
    return value;
  }

  /**
   * A number below `leaves`, a power of two, highest bit first. It is a path down a binary tree of
   * probabilities. The root is node 1, and the children of node n are 2n and 2n + 1.
   */
  decodeTree(probabilities: Uint16Array, base: number, leaves: number): number {
    let node = 1;
    while (node < leaves) node = (node << 1) | this.decodeBit(probabilities, base + node);
    return node - leaves;
  }

  /** A number of `count` bits, decoded by such a tree, lowest bit first. */
  decodeReverseTree(probabilities: Uint16Array, base: number, count: number): number {
    let node = 1;
    let value = 0;
    for (let i = 0; i < count; i++) {
      const bit = this.decodeBit(probabilities, base + node);
      node = (node << 1) | bit;
      value |= bit << i;
    }
    return value;
  }
}

/** Reset the first `count` probabilities. */
export function resetProbabilities(probabilities: Uint16Array, count: number): void {
  probabilities.fill(HALF, 0, count);
}
