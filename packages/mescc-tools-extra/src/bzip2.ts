// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * bunzip2: a bzip2 file → its content, all streams one after the other.
 *
 * A block is: Huffman codes → move-to-front and zero runs → inverse Burrows–Wheeler transform →
 * runs of four and a count. Bytes after a stream that begin no other are ignored, as upstream and
 * bzip2 do. Upstream's unbz2 stops after the first stream; ours also verifies the checksum of the
 * stream.
 *
 * Accepts what mescc-tools-extra/unbz2.c of stage0-posix 1.9.1 accepts; neither knows randomised
 * blocks.
 */
import { requireBytes } from '@stage0-ts/diagnostics';
import { Block } from './bzip2-block.ts';
import { crc32Bzip2 } from './checksums.ts';
import { DecodedBytes, type DecodeOptions, type Fail, failWith } from './decoding.ts';

/** Longest code, in bits. */
const MAX_CODE_LENGTH = 20;
const TABLE_BITS = 10;
/** Most symbols in a block, and most codes in a block. */
const MAX_SYMBOLS = 258;
const MAX_GROUPS = 6;
const GROUP_SIZE = 50;
const RUN_B = 1;
const BYTES_PER_LEVEL = 100_000;
const BAD_CODE = 'an invalid bzip2 code';
const TOO_LONG = 'a bzip2 block that is longer than it may be';
/** More bytes than a group of symbols can take. */
const PADDING = 256;

/**
 * Decompress. Throws a ToolError for a file that is not a bzip2 file, and for one that is cut short
 * or damaged.
 */
export function bunzip2(bytes: Uint8Array, options: DecodeOptions = {}): Uint8Array<ArrayBuffer> {
  requireBytes(bytes);
  const fail = failWith(options);
  const out = new DecodedBytes(options, 6 * bytes.length);
  const decoder = new Decoder(bytes, out, fail);
  do decoder.readStream();
  while (startsStream(bytes, decoder.offset));
  if (options.wholeInput && decoder.offset < bytes.length) {
    throw fail(decoder.offset, 'something follows the bzip2 stream');
  }
  return out.toBytes();
}

/** One of a block's Huffman codes. Bits come most significant first. */
class Code {
  /** Next ten bits → symbol * 32 + length; 0 if the code is longer, or there is none. */
  readonly table: Int16Array = new Int16Array(1 << TABLE_BITS);
  private readonly counts = new Int32Array(MAX_CODE_LENGTH + 1);
  private readonly symbols = new Int32Array(MAX_SYMBOLS);

  build(lengths: Uint8Array, symbolCount: number): void {
    const { counts, symbols, table } = this;
    counts.fill(0);
    table.fill(0);
    for (let i = 0; i < symbolCount; i++) (counts[lengths[i] as number] as number)++;
    let index = 0;
    let code = 0;
    for (let length = 1; length <= MAX_CODE_LENGTH; length++) {
      for (let symbol = 0; symbol < symbolCount; symbol++) {
        if (lengths[symbol] !== length) continue;
        symbols[index++] = symbol;
        if (length <= TABLE_BITS) {
          const shift = TABLE_BITS - length;
          table.fill(symbol * 32 + length, code << shift, (code + 1) << shift);
        }
        code++;
      }
      code <<= 1;
    }
  }

  /**
   * The slow path: symbol * 32 + length for the code in the top bits of the 20 bits given, or -1.
   */
  walk(bits: number): number {
    let first = 0;
    let index = 0;
    for (let length = 1; length <= MAX_CODE_LENGTH; length++) {
      const code = bits >>> (MAX_CODE_LENGTH - length);
      const count = this.counts[length] as number;
      if (code - first < count) return (this.symbols[index + code - first] as number) * 32 + length;
      index += count;
      first = (first + count) << 1;
    }
    return -1;
  }
}

/**
 * True for "BZh" and a digit from 1 to 9. Anything else after a stream is ignored, as bzip2 does.
 */
function startsStream(bytes: Uint8Array, at: number): boolean {
  const level = bytes[at + 3] ?? 0;
  const isMagic = bytes[at] === 0x42 && bytes[at + 1] === 0x5a && bytes[at + 2] === 0x68;
  return isMagic && level > 0x30 && level <= 0x39;
}

/** What all streams of a file share: the position in it, and the memory for a block. */
class Decoder {
  private readonly input: Uint8Array;
  /** The input, with zeros after it. */
  private readonly view: DataView;
  private readonly out: DecodedBytes;
  private readonly fail: Fail;
  private readonly codes: readonly Code[] = Array.from({ length: MAX_GROUPS }, () => new Code());
  private readonly selectors = new Uint8Array(1 << 15);
  private selectorCount = 0;
  /**
   * How many symbols the block's codes have: two for runs, one for each byte in use except one, and
   * one for the end.
   */
  private symbolCount = 0;
  private readonly block = new Block();
  /** The most bytes that a block of the stream may have. */
  private size = 0;
  private at = 0;
  /** The lowest `count` bits come next in the input, highest first. */
  private bits = 0;
  private count = 0;

  constructor(input: Uint8Array, out: DecodedBytes, fail: Fail) {
    this.input = input;
    this.view = paddedView(input);
    this.out = out;
    this.fail = fail;
  }

  /** The offset of the first byte that has not been read. */
  get offset(): number {
    return this.at;
  }

  /** stream = "BZh" digit { block } end ; the next stream begins at a whole byte. */
  readStream(): void {
    const start = this.at;
    const level = (this.input[start + 3] ?? 0) - 0x30;
    const isStream = this.take(8) === 0x42 && this.take(8) === 0x5a && this.take(8) === 0x68;
    if (!isStream || this.take(8) !== level + 0x30 || level < 1 || level > 9) {
      throw this.fail(start, 'not a bzip2 file');
    }
    this.size = BYTES_PER_LEVEL * level;
    let streamSum = 0;
    for (;;) {
      const magic = this.take(24) * 2 ** 24 + this.take(24);
      const sum = (this.take(16) << 16) | this.take(16);
      if (magic === 0x177245385090) {
        if (sum !== streamSum) {
          throw this.fail(this.at, 'the content does not have the checksum that the stream gives');
        }
        this.count = 0; // bytes are read only when needed, so less than a byte is left
        return;
      }
      if (magic !== 0x314159265359) throw this.fail(this.at, 'not a bzip2 block');
      if (this.readBlock() !== sum) {
        throw this.fail(this.at, 'the content does not have the checksum that its block gives');
      }
      streamSum = ((streamSum << 1) | (streamSum >>> 31)) ^ sum;
    }
  }

  /** Decode a block into the output; returns its checksum. */
  private readBlock(): number {
    if (this.take(1) === 1)
      throw this.fail(this.at, 'a randomised block, as only bzip2 0.9 made them');
    const origin = this.take(24);
    const used = this.readUsedBytes();
    this.readSelectors();
    const length = this.readSymbols(used);
    if (origin >= length) throw this.fail(this.at, 'a bzip2 block that begins beyond its end');
    const { block, out } = this;
    const start = out.length;
    writeRuns(block.text(length, origin), out);
    out.check();
    return crc32Bzip2(out.bytes, start, out.length);
  }

  /**
   * The byte values in use: 16 bits, one for each range of 16 values, then 16 bits for each range
   * that is used.
   */
  private readUsedBytes(): Uint8Array {
    const used: number[] = [];
    const sixteenths = this.take(16);
    for (let high = 0; high < 16; high++) {
      if (((sixteenths >> (15 - high)) & 1) === 0) continue;
      const values = this.take(16);
      for (let low = 0; low < 16; low++) {
        if (((values >> (15 - low)) & 1) === 1) used.push(16 * high + low);
      }
    }
    if (used.length === 0) throw this.fail(this.at, 'a bzip2 block without content');
    const symbolCount = used.length + 2;
    this.symbolCount = symbolCount;
    return Uint8Array.from(used);
  }

  /**
   * Which code each group of 50 symbols uses, as move-to-front numbers; then the codes themselves.
   */
  private readSelectors(): void {
    const groups = this.take(3);
    const count = this.take(15);
    if (groups < 2 || groups > MAX_GROUPS || count === 0) throw this.fail(this.at, BAD_CODE);
    const order = [0, 1, 2, 3, 4, 5];
    for (let i = 0; i < count; i++) {
      let place = 0;
      while (this.take(1) === 1) if (++place >= groups) throw this.fail(this.at, BAD_CODE);
      const [selected] = order.splice(place, 1);
      order.unshift(selected as number);
      this.selectors[i] = selected as number;
    }
    this.selectorCount = count;
    const lengths = new Uint8Array(MAX_SYMBOLS);
    for (let group = 0; group < groups; group++) {
      let length = this.take(5);
      for (let symbol = 0; symbol < this.symbolCount; symbol++) {
        for (;;) {
          if (length < 1 || length > MAX_CODE_LENGTH) throw this.fail(this.at, BAD_CODE);
          if (this.take(1) === 0) break;
          length += this.take(1) === 0 ? 1 : -1;
        }
        lengths[symbol] = length;
      }
      (this.codes[group] as Code).build(lengths, this.symbolCount);
    }
  }

  /**
   * Decode the symbols of the block, and undo zero runs and move-to-front. Returns the number of
   * bytes.
   */
  private readSymbols(used: Uint8Array): number {
    const { view, size } = this;
    const { block } = this;
    const { counts } = block;
    let { entries } = block;
    const order = packed(used);
    const end = this.symbolCount - 1;
    // The next bit is bit 7 - skip of the byte at `at`.
    let at = this.at - (this.count >> 3) - (this.count & 7 ? 1 : 0);
    let skip = -this.count & 7;
    let length = 0;
    let runWeight = 1;
    let run = 0;
    counts.fill(0);
    for (let group = 0; group < this.selectorCount; group++) {
      if (at > this.input.length) throw this.truncated();
      const code = this.codes[this.selectors[group] as number] as Code;
      const { table } = code;
      for (let left = GROUP_SIZE; left > 0; left--) {
        const bits = view.getInt32(at) << skip; // at least 25 valid bits
        let entry = table[bits >>> (32 - TABLE_BITS)] as number;
        if (entry === 0) entry = code.walk(bits >>> (32 - MAX_CODE_LENGTH));
        if (entry < 0) throw this.damaged(at, BAD_CODE);
        skip += entry & 31;
        at += skip >> 3;
        skip &= 7;
        const symbol = entry >> 5;
        if (symbol <= RUN_B) {
          // A run's length in bijective base 2, least significant digit first.
          run += runWeight << symbol;
          runWeight *= 2;
          if (run > size) throw this.damaged(at, TOO_LONG);
          continue;
        }
        if (run > 0) {
          const byte = (order[0] as number) & 0xff;
          if (length + run > size) throw this.damaged(at, TOO_LONG);
          entries = block.reserve(length + run);
          entries.fill(byte, length, length + run);
          (counts[byte] as number) += run;
          length += run;
          run = 0;
          runWeight = 1;
        }
        if (symbol === end) {
          this.at = at + (skip > 0 ? 1 : 0);
          this.bits = this.input[at] as number;
          this.count = -skip & 7;
          if (this.at > this.input.length) throw this.truncated();
          return length;
        }
        if (length === size) throw this.damaged(at, TOO_LONG);
        const byte = moveToFront(order, symbol - 1);
        entries = block.reserve(length + 1);
        entries[length++] = byte;
        (counts[byte] as number)++;
      }
    }
    throw this.damaged(at, BAD_CODE);
  }

  /** The next `need` bits, at most 24. */
  private take(need: number): number {
    while (this.count < need) {
      if (this.at >= this.input.length) throw this.truncated();
      this.bits = (this.bits << 8) | (this.input[this.at++] as number);
      this.count += 8;
    }
    this.count -= need;
    return (this.bits >>> this.count) & (2 ** need - 1);
  }

  /**
   * The error for a block that is damaged at a byte; past the end, the error that the file is cut
   * short.
   */
  private damaged(at: number, message: string): Error {
    return at >= this.input.length ? this.truncated() : this.fail(at, message);
  }

  private truncated(): Error {
    return this.fail(this.input.length, 'the bzip2 data ends too early');
  }
}

function paddedView(input: Uint8Array): DataView {
  const padded = new Uint8Array(input.length + PADDING);
  padded.set(input);
  return new DataView(padded.buffer);
}

/** Four bytes a word, the first in the low bits. */
function packed(bytes: Uint8Array): Int32Array {
  const words = new Int32Array((bytes.length + 3) >> 2);
  bytes.forEach((byte, i) => {
    words[i >> 2] = (words[i >> 2] as number) | (byte << (8 * (i & 3)));
  });
  return words;
}

/** Move the byte at `place` of the packed bytes to the front, and return it. */
function moveToFront(order: Int32Array, place: number): number {
  const last = place >> 2;
  const word = order[last] as number;
  const shift = 8 * (place & 3);
  const byte = (word >>> shift) & 0xff;
  // Each word moves up by one byte, and gets the highest byte of the word before it.
  let lowest = byte;
  for (let i = 0; i < last; i++) {
    const moved = order[i] as number;
    order[i] = (moved << 8) | lowest;
    lowest = moved >>> 24;
  }
  // The bytes after the place keep their places.
  const stay = -0x100 << shift;
  order[last] = (word & stay) | (((word << 8) | lowest) & ~stay);
  return byte;
}

/** Undo the outer run-length code: after four equal bytes comes the number of further ones. */
function writeRuns(text: Uint8Array, out: DecodedBytes): void {
  const { length } = text;
  const words = new DataView(text.buffer);
  out.reserve(length);
  let { bytes, view, length: position } = out;
  let previous = -1;
  let repeats = 0;
  for (let i = 0; i < length; ) {
    if (i + 4 <= length) {
      // In most cases none of four bytes equals the one before it.
      const word = words.getInt32(i, true);
      if (!hasZeroByte(word ^ ((word << 8) | (previous & 0xff)))) {
        view.setInt32(position, word, true);
        position += 4;
        i += 4;
        previous = word >>> 24;
        repeats = 1;
        continue;
      }
    }
    const byte = text[i++] as number;
    bytes[position++] = byte;
    repeats = byte === previous ? repeats + 1 : 1;
    previous = byte;
    if (repeats < 4) continue;
    previous = -1;
    const further = text[i++] ?? 0;
    out.length = position;
    out.reserve(further + length);
    ({ bytes, view } = out);
    bytes.fill(byte, position, position + further);
    position += further;
  }
  out.length = position;
}

function hasZeroByte(word: number): boolean {
  return ((word - 0x01010101) & ~word & 0x80808080) !== 0;
}
