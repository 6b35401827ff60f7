// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * bunzip2: a bzip2 file → its content, all streams one after the other.
 *
 * A block is: Huffman codes → move-to-front and zero runs → inverse Burrows–Wheeler transform → runs of
 * four and a count. Bytes after a stream that begin no other are ignored, as upstream and bzip2 do.
 * Upstream's unbz2 stops after the first stream; ours also verifies the checksum of the stream.
 *
 * Accepts what mescc-tools-extra/unbz2.c of stage0-posix 1.9.1 accepts; neither knows randomised blocks.
 */
import { bzip2Table } from './checksums.ts';
import { DecodedBytes, type DecodeOptions, type Fail, failWith } from './decoding.ts';

const LONGEST_CODE = 20;
const TABLE_BITS = 10;
const MOST_SYMBOLS = 258;
const MOST_GROUPS = 6;
const GROUP_SIZE = 50;
const RUN_B = 1;

const CRC_TABLE: Int32Array = bzip2Table();

/** Decompress. Throws a ToolError for a file that is no bzip2 file, cut short or damaged. */
export function bunzip2(bytes: Uint8Array, options: DecodeOptions = {}): Uint8Array<ArrayBuffer> {
  const fail = failWith(options);
  const out = new DecodedBytes(options, 6 * bytes.length);
  let at = 0;
  do at = new Stream(bytes, at, out, fail).run();
  while (startsStream(bytes, at));
  return out.toBytes();
}

/** A Huffman code of a block; bits come most significant first. */
class Code {
  /** Next ten bits → symbol * 32 + length, or 0 for a longer code or none. */
  readonly table: Int16Array = new Int16Array(1 << TABLE_BITS);
  private readonly counts = new Int32Array(LONGEST_CODE + 1);
  private readonly symbols = new Int32Array(MOST_SYMBOLS);

  build(lengths: Uint8Array, symbolCount: number): void {
    const { counts, symbols, table } = this;
    counts.fill(0);
    table.fill(0);
    for (let i = 0; i < symbolCount; i++) (counts[lengths[i] as number] as number)++;
    let index = 0;
    let code = 0;
    for (let length = 1; length <= LONGEST_CODE; length++) {
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

  /** The slow way: symbol * 32 + length for the code in the top bits of the 20 bits given, or -1. */
  walk(bits: number): number {
    let first = 0;
    let index = 0;
    for (let length = 1; length <= LONGEST_CODE; length++) {
      const code = bits >>> (LONGEST_CODE - length);
      const count = this.counts[length] as number;
      if (code - first < count) return (this.symbols[index + code - first] as number) * 32 + length;
      index += count;
      first = (first + count) << 1;
    }
    return -1;
  }
}

/** "BZh" and a digit from 1 to 9; what is behind a stream and begins otherwise is ignored, as bzip2 does. */
function startsStream(bytes: Uint8Array, at: number): boolean {
  const level = bytes[at + 3] ?? 0;
  const isMagic = bytes[at] === 0x42 && bytes[at + 1] === 0x5a && bytes[at + 2] === 0x68;
  return isMagic && level > 0x30 && level <= 0x39;
}

class Stream {
  private readonly input: Uint8Array;
  private readonly out: DecodedBytes;
  private readonly fail: Fail;
  private readonly codes: readonly Code[] = Array.from({ length: MOST_GROUPS }, () => new Code());
  private readonly selectors = new Uint8Array(1 << 15);
  private selectorCount = 0;
  /** Symbols of the block's codes: two for runs, the bytes but one, and the end. */
  private symbolCount = 0;
  private at: number;
  /** The `count` low bits are the next of the input, highest first. */
  private bits = 0;
  private count = 0;

  constructor(input: Uint8Array, start: number, out: DecodedBytes, fail: Fail) {
    this.input = input;
    this.at = start;
    this.out = out;
    this.fail = fail;
  }

  /** stream = "BZh" digit { block } end ; returns the offset after it. */
  run(): number {
    const start = this.at;
    const level = (this.input[start + 3] ?? 0) - 0x30;
    const isStream = this.take(8) === 0x42 && this.take(8) === 0x5a && this.take(8) === 0x68;
    if (!isStream || this.take(8) !== level + 0x30 || level < 1 || level > 9) {
      throw this.fail(start, 'not a bzip2 file');
    }
    const block = new Uint32Array(100_000 * level);
    let streamSum = 0;
    for (;;) {
      const magic = this.take(24) * 2 ** 24 + this.take(24);
      const sum = (this.take(16) << 16) | this.take(16);
      if (magic === 0x177245385090) {
        if (sum !== streamSum) {
          throw this.fail(this.at, 'the content does not have the checksum that the stream gives');
        }
        return this.at - (this.count >> 3);
      }
      if (magic !== 0x314159265359) throw this.fail(this.at, 'not a bzip2 block');
      if (this.block(block) !== sum) {
        throw this.fail(this.at, 'the content does not have the checksum that its block gives');
      }
      streamSum = ((streamSum << 1) | (streamSum >>> 31)) ^ sum;
    }
  }

  /** Decode a block into the output; returns its checksum. */
  private block(block: Uint32Array): number {
    if (this.take(1) === 1)
      throw this.fail(this.at, 'a randomised block, as only bzip2 0.9 made them');
    const origin = this.take(24);
    const used = this.usedBytes();
    this.readSelectors();
    const length = this.symbols(block, used);
    if (origin >= length) throw this.fail(this.at, 'a bzip2 block that begins beyond its end');
    invertTransform(block, length);
    const sum = this.writeRuns(block, length, origin);
    this.out.check();
    return sum;
  }

  /** The byte values that occur: 16 bits for sixteenths, then 16 bits for each sixteenth that has some. */
  private usedBytes(): Uint8Array {
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

  /** Which code each group of 50 symbols uses, move-to-front coded; then the codes themselves. */
  private readSelectors(): void {
    const groups = this.take(3);
    const count = this.take(15);
    if (groups < 2 || groups > MOST_GROUPS || count === 0) throw this.badCode();
    const order = [0, 1, 2, 3, 4, 5];
    for (let i = 0; i < count; i++) {
      let place = 0;
      while (this.take(1) === 1) if (++place >= groups) throw this.badCode();
      const [selected] = order.splice(place, 1);
      order.unshift(selected as number);
      this.selectors[i] = selected as number;
    }
    this.selectorCount = count;
    const lengths = new Uint8Array(MOST_SYMBOLS);
    for (let group = 0; group < groups; group++) {
      let length = this.take(5);
      for (let symbol = 0; symbol < this.symbolCount; symbol++) {
        for (;;) {
          if (length < 1 || length > LONGEST_CODE) throw this.badCode();
          if (this.take(1) === 0) break;
          length += this.take(1) === 0 ? 1 : -1;
        }
        lengths[symbol] = length;
      }
      (this.codes[group] as Code).build(lengths, this.symbolCount);
    }
  }

  /** Decode the symbols of the block, undo zero runs and move-to-front. Returns the number of bytes. */
  private symbols(block: Uint32Array, used: Uint8Array): number {
    const { input } = this;
    const order = used.slice();
    const end = this.symbolCount - 1;
    let { at, bits, count } = this;
    let length = 0;
    let runWeight = 1;
    let run = 0;
    let code = this.codes[0] as Code;
    for (let group = 0, left = 0; ; left--) {
      if (left === 0) {
        if (group === this.selectorCount) throw this.badCode();
        code = this.codes[this.selectors[group++] as number] as Code;
        left = GROUP_SIZE;
      }
      while (count < LONGEST_CODE) {
        // Beyond the end come zeros; using one shows as at > input.length below.
        bits = (bits << 8) | (input[at++] ?? 0);
        count += 8;
      }
      let entry = code.table[(bits >>> (count - TABLE_BITS)) & ((1 << TABLE_BITS) - 1)] as number;
      if (entry === 0) {
        entry = code.walk((bits >>> (count - LONGEST_CODE)) & ((1 << LONGEST_CODE) - 1));
        if (entry < 0) throw this.badCode();
      }
      count -= entry & 31;
      if (at - (count >> 3) > input.length) throw this.truncated();
      const symbol = entry >> 5;
      if (symbol <= RUN_B) {
        // A run's length in bijective base 2, least significant digit first.
        run += runWeight << symbol;
        runWeight *= 2;
        if (run > block.length) throw this.tooLong();
        continue;
      }
      if (run > 0) {
        if (length + run > block.length) throw this.tooLong();
        block.fill(order[0] as number, length, length + run);
        length += run;
        run = 0;
        runWeight = 1;
      }
      if (symbol === end) break;
      if (length === block.length) throw this.tooLong();
      block[length++] = moveToFront(order, symbol - 1);
    }
    // Give whole bytes back: they may be zeros from beyond the end.
    const spare = count >> 3;
    this.at = at - spare;
    this.bits = bits >>> (8 * spare);
    this.count = count & 7;
    return length;
  }

  /** Walk the transform from `origin` and undo the outer run-length code. Returns the checksum. */
  private writeRuns(block: Uint32Array, length: number, origin: number): number {
    const { out } = this;
    const table = CRC_TABLE;
    let sum = -1;
    let entry = block[origin] as number;
    let previous = -1;
    let repeats = 0;
    let { bytes, length: position } = out;
    for (let i = 0; i < length; i++) {
      entry = block[entry >>> 8] as number;
      const byte = entry & 0xff;
      if (position + 256 > bytes.length) {
        out.length = position;
        out.reserve(length - i + 256);
        bytes = out.bytes;
      }
      if (repeats === 4) {
        // After four equal bytes comes the number of further ones.
        for (let more = byte; more > 0; more--) {
          bytes[position++] = previous;
          sum = (sum << 8) ^ (table[(sum >>> 24) ^ previous] as number);
        }
        repeats = 0;
        previous = -1;
        continue;
      }
      repeats = byte === previous ? repeats + 1 : 1;
      previous = byte;
      bytes[position++] = byte;
      sum = (sum << 8) ^ (table[(sum >>> 24) ^ byte] as number);
    }
    out.length = position;
    return ~sum;
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

  private badCode(): Error {
    return this.fail(this.at, 'an invalid bzip2 code');
  }

  private tooLong(): Error {
    return this.fail(this.at, 'a bzip2 block that is longer than it may be');
  }

  private truncated(): Error {
    return this.fail(this.input.length, 'the bzip2 data ends too early');
  }
}

/** Most places that are moved one by one: the call that moves all at once takes as long as some dozens. */
const FEW = 40;

/** Take the byte at `place` to the front of `order`; returns it. */
function moveToFront(order: Uint8Array, place: number): number {
  const byte = order[place] as number;
  if (place > FEW) order.copyWithin(1, 0, place);
  else for (let at = place; at > 0; at--) order[at] = order[at - 1] as number;
  order[0] = byte;
  return byte;
}

/** Put into the upper 24 bits of each entry where the entry is that holds the next byte of the text. */
function invertTransform(block: Uint32Array, length: number): void {
  const starts = new Uint32Array(256);
  for (let i = 0; i < length; i++) (starts[(block[i] as number) & 0xff] as number)++;
  for (let byte = 0, sum = 0; byte < 256; byte++) {
    const count = starts[byte] as number;
    starts[byte] = sum;
    sum += count;
  }
  for (let i = 0; i < length; i++) {
    const byte = (block[i] as number) & 0xff;
    const place = (starts[byte] as number)++;
    block[place] = (block[place] as number) | (i << 8);
  }
}
