// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * inflate: a deflate stream (RFC 1951) → the bytes that it encodes.
 *
 * A Huffman code is decoded by one lookup in a table with the next ten bits as the index; the few
 * longer codes are decoded bit by bit. Invariant: the `count` low bits of `bits` are the next of
 * the input, lowest first.
 *
 * Accepts what mescc-tools-extra/ungz.c of stage0-posix 1.9.1 accepts, and stored blocks.
 */
import { type DecodedBytes, type Fail, repeat } from './decoding.ts';

const TABLE_BITS = 10;
/** Longest code, in bits. */
const MAX_CODE_LENGTH = 15;
const END_OF_BLOCK = 256;
/** Longest match, in bytes. */
const MAX_MATCH = 258;

/**
 * Base and extra bits of the length codes from 257, and of the distance codes (RFC 1951, 3.2.5).
 */
const LENGTH_BASE: Int32Array = Int32Array.of(
  ...[3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 15, 17, 19, 23, 27, 31, 35, 43, 51, 59, 67, 83, 99, 115],
  ...[131, 163, 195, 227, 258],
);
const LENGTH_EXTRA: Int32Array = Int32Array.of(
  ...[0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0],
);
const DISTANCE_BASE: Int32Array = Int32Array.of(
  ...[1, 2, 3, 4, 5, 7, 9, 13, 17, 25, 33, 49, 65, 97, 129, 193, 257, 385, 513, 769, 1025, 1537],
  ...[2049, 3073, 4097, 6145, 8193, 12289, 16385, 24577],
);
const DISTANCE_EXTRA: Int32Array = Int32Array.of(
  ...[0, 0, 0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6, 7, 7, 8, 8, 9, 9, 10, 10, 11, 11, 12, 12],
  ...[13, 13],
);
/** The order in which the lengths of the code length code are sent (3.2.7). */
const LENGTH_ORDER = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15];

/**
 * Decode the stream that begins at `start` into `out`. Returns the offset of the first byte after
 * it.
 */
export function inflate(input: Uint8Array, start: number, out: DecodedBytes, fail: Fail): number {
  return new Inflater(input, start, out, fail).run();
}

/** A canonical Huffman code. */
class Code {
  /** Next ten bits → symbol * 16 + length; 0 if the code is longer, or there is none. */
  readonly table: Int16Array = new Int16Array(1 << TABLE_BITS);
  /** How many codes have each length, and the symbols in the order of their codes. */
  readonly counts: Int32Array = new Int32Array(MAX_CODE_LENGTH + 1);
  readonly symbols: Int32Array = new Int32Array(288);

  /** Set the code from lengths[start, end). False if the code is over-subscribed or incomplete. */
  build(lengths: Uint8Array, start: number, end: number): boolean {
    const { table, counts, symbols } = this;
    counts.fill(0);
    table.fill(0);
    for (let i = start; i < end; i++) (counts[lengths[i] as number] as number)++;
    let left = 1;
    let longest = 0;
    const firstIndex = new Int32Array(MAX_CODE_LENGTH + 2);
    const nextCode = new Int32Array(MAX_CODE_LENGTH + 2);
    for (let length = 1; length <= MAX_CODE_LENGTH; length++) {
      const count = counts[length] as number;
      left = 2 * left - count;
      if (left < 0) return false;
      if (count > 0) longest = length;
      firstIndex[length + 1] = (firstIndex[length] as number) + count;
      nextCode[length + 1] = ((nextCode[length] as number) + count) << 1;
    }
    // A single code of one bit is allowed, and so is a table without codes that is never used.
    if (left > 0 && longest > 1) return false;
    for (let i = start; i < end; i++) {
      const length = lengths[i] as number;
      if (length === 0) continue;
      symbols[(firstIndex[length] as number)++] = i - start;
      const code = (nextCode[length] as number)++;
      if (length > TABLE_BITS) continue;
      const entry = (i - start) * 16 + length;
      for (let at = reverse(code, length); at < 1 << TABLE_BITS; at += 1 << length) {
        table[at] = entry;
      }
    }
    return true;
  }

  /** The slow path, for a code that is not in the table: symbol * 16 + length, or -1. */
  walk(bits: number): number {
    let code = 0;
    let first = 0;
    let index = 0;
    for (let length = 1; length <= MAX_CODE_LENGTH; length++) {
      code |= (bits >>> (length - 1)) & 1;
      const count = this.counts[length] as number;
      if (code - first < count) return (this.symbols[index + code - first] as number) * 16 + length;
      index += count;
      first = (first + count) << 1;
      code <<= 1;
    }
    return -1;
  }
}

class Inflater {
  private readonly input: Uint8Array;
  private readonly out: DecodedBytes;
  private readonly fail: Fail;
  /** Output before this offset belongs to another stream, and distances must not reach it. */
  private readonly outStart: number;
  private readonly literals = new Code();
  private readonly distances = new Code();
  private readonly lengths = new Uint8Array(320);
  private at: number;
  private bits = 0;
  private count = 0;

  constructor(input: Uint8Array, start: number, out: DecodedBytes, fail: Fail) {
    this.input = input;
    this.at = start;
    this.out = out;
    this.outStart = out.length;
    this.fail = fail;
  }

  run(): number {
    for (let last = 0; last === 0; ) {
      last = this.take(1);
      const type = this.take(2);
      if (type === 0) this.readStoredBlock();
      else if (type === 3) throw this.fail(this.at, 'a deflate block of an unknown type');
      else {
        if (type === 1) this.buildFixedCodes();
        else this.readDynamicCodes();
        this.readCompressedBlock();
      }
      this.out.check();
    }
    return this.at - (this.count >> 3);
  }

  /** The next `need` bits, at most 16. */
  private take(need: number): number {
    while (this.count < need) {
      if (this.at >= this.input.length) throw this.truncated();
      this.bits |= (this.input[this.at++] as number) << this.count;
      this.count += 8;
    }
    const value = this.bits & ((1 << need) - 1);
    this.bits >>>= need;
    this.count -= need;
    return value;
  }

  /** stored = padding to a byte, length, its complement, bytes */
  private readStoredBlock(): void {
    this.at -= this.count >> 3;
    this.bits = 0;
    this.count = 0;
    const length = this.take(16);
    const complement = this.take(16);
    if ((length ^ complement) !== 0xffff) throw this.fail(this.at, 'a damaged stored block');
    if (this.at + length > this.input.length) throw this.truncated();
    this.out.reserve(length);
    this.out.bytes.set(this.input.subarray(this.at, this.at + length), this.out.length);
    this.out.length += length;
    this.at += length;
  }

  private buildFixedCodes(): void {
    const { lengths } = this;
    lengths.fill(8, 0, 144);
    lengths.fill(9, 144, 256);
    lengths.fill(7, 256, 280);
    lengths.fill(8, 280, 288);
    lengths.fill(5, 288, 320);
    this.literals.build(lengths, 0, 288);
    this.distances.build(lengths, 288, 320);
  }

  /**
   * Read three counts, the code length code, and, in this code, the lengths of both codes as one
   * sequence.
   */
  private readDynamicCodes(): void {
    const { lengths, literals, distances } = this;
    const literalCount = this.take(5) + 257;
    const total = literalCount + this.take(5) + 1;
    const sent = this.take(4) + 4;
    if (literalCount > 286 || total - literalCount > 30) throw this.badCode();
    lengths.fill(0);
    for (let i = 0; i < sent; i++) lengths[LENGTH_ORDER[i] as number] = this.take(3);
    // This code must be complete: here a single code of one bit is not allowed.
    if (!literals.build(lengths, 0, 19) || !isComplete(literals)) throw this.badCode();
    for (let i = 0; i < total; ) {
      const readSymbol = this.symbol(literals);
      if (readSymbol < 16) {
        lengths[i++] = readSymbol;
        continue;
      }
      if (readSymbol === 16 && i === 0) throw this.badCode();
      const value = readSymbol === 16 ? (lengths[i - 1] as number) : 0;
      const times =
        readSymbol === 16
          ? 3 + this.take(2)
          : readSymbol === 17
            ? 3 + this.take(3)
            : 11 + this.take(7);
      if (i + times > total) throw this.badCode();
      lengths.fill(value, i, i + times);
      i += times;
    }
    if (lengths[END_OF_BLOCK] === 0) throw this.badCode();
    if (!literals.build(lengths, 0, literalCount)) throw this.badCode();
    if (!distances.build(lengths, literalCount, total)) throw this.badCode();
  }

  /** One symbol, outside the hot loop. */
  private symbol(code: Code): number {
    while (this.count < MAX_CODE_LENGTH && this.at < this.input.length) {
      this.bits |= (this.input[this.at++] as number) << this.count;
      this.count += 8;
    }
    const entry = code.walk(this.bits);
    if (entry < 0) throw this.badCode();
    const length = entry & 15;
    if (length > this.count) throw this.truncated();
    this.bits >>>= length;
    this.count -= length;
    return entry >> 4;
  }

  /** The hot loop: literals and matches up to the end of the block, with all state in locals. */
  private readCompressedBlock(): void {
    const { input, out, literals, distances } = this;
    const end = input.length;
    const literalTable = literals.table;
    const distanceTable = distances.table;
    const mask = (1 << TABLE_BITS) - 1;
    let { at, bits, count } = this;
    let { bytes, view, length: position } = out;
    let room = bytes.length - MAX_MATCH;
    for (;;) {
      if (position >= room) {
        out.length = position;
        out.reserve(1 << 15);
        ({ bytes, view } = out);
        room = bytes.length - MAX_MATCH;
      }
      while (count < 23 && at < end) {
        bits |= (input[at++] as number) << count;
        count += 8;
      }
      let entry = literalTable[bits & mask] as number;
      if (entry === 0) entry = literals.walk(bits);
      if (entry < 0) throw this.fail(at, 'an invalid deflate code');
      bits >>>= entry & 15;
      count -= entry & 15;
      const symbol = entry >> 4;
      if (symbol < END_OF_BLOCK) {
        bytes[position++] = symbol;
        if (count < 0) break;
        continue;
      }
      if (symbol === END_OF_BLOCK || count < 0) break;
      if (symbol > 285) throw this.fail(at, 'an invalid deflate code');
      const lengthExtra = LENGTH_EXTRA[symbol - 257] as number;
      const length = (LENGTH_BASE[symbol - 257] as number) + (bits & ((1 << lengthExtra) - 1));
      bits >>>= lengthExtra;
      count -= lengthExtra;
      while (count < 15 && at < end) {
        bits |= (input[at++] as number) << count;
        count += 8;
      }
      entry = distanceTable[bits & mask] as number;
      if (entry === 0) entry = distances.walk(bits);
      if (entry < 0 || entry >> 4 > 29) throw this.fail(at, 'an invalid deflate code');
      bits >>>= entry & 15;
      count -= entry & 15;
      const distanceExtra = DISTANCE_EXTRA[entry >> 4] as number;
      while (count < distanceExtra && at < end) {
        bits |= (input[at++] as number) << count;
        count += 8;
      }
      const distance = (DISTANCE_BASE[entry >> 4] as number) + (bits & ((1 << distanceExtra) - 1));
      bits >>>= distanceExtra;
      count -= distanceExtra;
      if (count < 0) break;
      if (position - distance < this.outStart) {
        throw this.fail(at, 'a deflate distance that is too large');
      }
      const after = position + length;
      repeat(bytes, view, position, after, distance);
      position = after;
    }
    // Bits beyond the end read as zeros. If any of them was used, this finds it.
    this.at = at;
    if (count < 0) throw this.truncated();
    this.bits = bits;
    this.count = count;
    out.length = position;
  }

  private badCode(): Error {
    return this.fail(this.at, 'an invalid deflate code description');
  }

  private truncated(): Error {
    return this.fail(this.input.length, 'the deflate data ends too early');
  }
}

function isComplete(code: Code): boolean {
  let left = 1;
  for (let length = 1; length <= MAX_CODE_LENGTH; length++) {
    left = 2 * left - (code.counts[length] as number);
  }
  return left === 0 || code.counts[0] === 19;
}

function reverse(code: number, length: number): number {
  let reversed = 0;
  for (let i = 0; i < length; i++) reversed |= ((code >> i) & 1) << (length - 1 - i);
  return reversed;
}
