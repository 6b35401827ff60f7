// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * unxzBytes: an .xz or .lzma file → its content.
 *
 * An .xz file is streams, each of blocks, an index of the blocks and a footer; all of their
 * checksums are verified, and the content's too (none, CRC-32, CRC-64, SHA-256). The format is "The
 * .xz File Format" 1.2.0. Upstream's unxz verifies nothing and knows no filter but LZMA2.
 *
 * Accepts what mescc-tools-extra/unxz.c of stage0-posix 1.9.1 accepts, as long as it is not
 * damaged.
 */
import { requireBytes } from '@stage0-ts/diagnostics';
import { crc32, crc64 } from './checksums.ts';
import { DecodedBytes, type DecodeOptions, type Fail, failWith } from './decoding.ts';
import { LzmaDecoder } from './lzma.ts';
import { decodeLzma2 } from './lzma2.ts';
import { sha256 } from './sha256.ts';
import { type Filter, makeFilter } from './xz-filters.ts';

const STREAM_MAGIC = [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00];
const FOOTER_MAGIC = [0x59, 0x5a];
const FILTER_LZMA2 = 0x21;
/** Size in bytes of each kind of check that is in use. */
const CHECK_SIZES: ReadonlyMap<number, number> = new Map([
  [0, 0],
  [1, 4],
  [4, 8],
  [10, 32],
]);

/** What the index must repeat about a block. */
interface BlockSizes {
  /** Size of header, compressed data and check, without padding. */
  readonly unpadded: number;
  readonly uncompressed: number;
}

/** The most bytes that LZMA can make of one: even the longest match takes some bits. */
const MAX_RATIO = 8192;

/**
 * Decompress. Throws a ToolError for a file that is neither .xz nor .lzma, and for one that is cut
 * short or damaged.
 */
export function unxzBytes(bytes: Uint8Array, options: DecodeOptions = {}): Uint8Array<ArrayBuffer> {
  requireBytes(bytes);
  const fail = failWith(options);
  const stated = lengthByIndex(bytes);
  const isPossible = stated <= MAX_RATIO * bytes.length;
  const out = new DecodedBytes(options, 6 * bytes.length, isPossible ? stated : 0);
  if (isPossible) out.checkStated(stated);
  if (!startsWith(bytes, 0, STREAM_MAGIC)) decodeLzmaAlone(bytes, out, fail);
  else for (let at = 0; at < bytes.length; ) at = new Stream(bytes, at, out, fail).run();
  return out.toBytes();
}

/**
 * The length of the content according to the index of the last stream, or 0. This is only a hint:
 * the index may be wrong or missing.
 */
function lengthByIndex(bytes: Uint8Array): number {
  const verifyFooter = bytes.length - 12;
  let at = verifyFooter - 4 * (little32(bytes, verifyFooter + 4) + 1) + 1;
  if (at < 1) return 0;
  const next = () => {
    const number = variableAt(bytes, at, verifyFooter);
    at = number?.end ?? verifyFooter;
    return number?.value ?? 0;
  };
  let length = 0;
  for (let left = next(); left > 0 && at < verifyFooter; left--) {
    next(); // the block's compressed size
    length += next();
  }
  return length;
}

/**
 * A number in groups of seven bits, lowest first. A zero byte at the end is not allowed. Undefined
 * if it is not a valid number.
 */
function variableAt(
  bytes: Uint8Array,
  start: number,
  limit: number,
): { value: number; end: number } | undefined {
  let value = 0;
  for (let i = 0; i < 9 && start + i < limit; i++) {
    const byte = bytes[start + i] as number;
    value += (byte & 0x7f) * 2 ** (7 * i);
    if (byte >= 0x80) continue;
    return byte === 0 && i > 0 ? undefined : { value, end: start + i + 1 };
  }
  return undefined;
}

/** file = properties, dictionary size, uncompressed size or all ones, LZMA data */
function decodeLzmaAlone(bytes: Uint8Array, out: DecodedBytes, fail: Fail): void {
  if (bytes.length < 13) throw fail(bytes.length, 'neither an .xz nor an .lzma file');
  const decoder = new LzmaDecoder(out, fail);
  if (!decoder.setProperties(bytes[0] as number, 12)) {
    throw fail(0, 'neither an .xz nor an .lzma file');
  }
  decoder.resetDictionary(Math.max(little32(bytes, 1), 4096));
  const low = little32(bytes, 5);
  const high = little32(bytes, 9);
  const size = low === 0xffffffff && high === 0xffffffff ? undefined : low + high * 2 ** 32;
  decoder.begin(bytes, 13, bytes.length);
  const end = size === 0 ? 'full' : decoder.decode(size ?? Number.MAX_SAFE_INTEGER);
  if (end === 'marker' && size !== undefined && out.length !== size) {
    throw fail(decoder.offset, 'the content does not have the length that the .lzma file gives');
  }
  // Even a known size may be followed by an end marker.
  if (end === 'full' && !decoder.isFinished) decoder.decode(0);
  if (!decoder.isFinished || decoder.offset !== bytes.length) {
    throw fail(decoder.offset, 'the .lzma file does not end where its data does');
  }
}

/** One stream of an .xz file. */
class Stream {
  private readonly bytes: Uint8Array;
  private readonly out: DecodedBytes;
  private readonly fail: Fail;
  private readonly start: number;
  private at: number;
  private checkType = 0;

  constructor(bytes: Uint8Array, start: number, out: DecodedBytes, fail: Fail) {
    this.bytes = bytes;
    this.start = start;
    this.at = start;
    this.out = out;
    this.fail = fail;
  }

  /** stream = header { block } index footer { padding } ; returns the offset after it. */
  run(): number {
    const { bytes, start } = this;
    const seen = STREAM_MAGIC.slice(0, bytes.length - start);
    if (start > 0 && !startsWith(bytes, start, seen)) {
      throw this.fail(start, 'something follows the .xz stream that is not one');
    }
    this.requireLeft(12);
    if (!startsWith(bytes, start, STREAM_MAGIC)) throw this.fail(start, 'not an .xz stream');
    if (bytes[start + 6] !== 0 || !CHECK_SIZES.has(bytes[start + 7] as number)) {
      throw this.fail(start + 6, 'an unknown kind of .xz check');
    }
    this.checkType = bytes[start + 7] as number;
    this.verifySum(start + 6, start + 8);
    this.at = start + 12;
    const blocks: BlockSizes[] = [];
    for (;;) {
      this.requireLeft(1);
      if (bytes[this.at] === 0) break;
      blocks.push(this.readBlock());
    }
    const indexSize = this.verifyIndex(blocks);
    this.footer(indexSize);
    return this.skipPadding();
  }

  /** block = header, LZMA2 data, padding to four bytes, check */
  private readBlock(): BlockSizes {
    const { bytes, out } = this;
    const start = this.at;
    const headerSize = ((bytes[start] as number) + 1) * 4;
    this.requireLeft(headerSize);
    this.verifySum(start, start + headerSize - 4);
    const header = this.readBlockHeader(start + headerSize - 4);
    this.at = start + headerSize;
    const contentStart = out.length;
    const end = decodeLzma2(bytes, this.at, header.dictionarySize, out, this.fail);
    const compressed = end - this.at;
    const uncompressed = out.length - contentStart;
    if (
      (header.compressed ?? compressed) !== compressed ||
      (header.uncompressed ?? uncompressed) !== uncompressed
    ) {
      throw this.fail(start, 'a block that does not have the size that it gives');
    }
    for (const filter of header.filters) filter(out.bytes.subarray(contentStart, out.length));
    this.at = end;
    this.expectZeros((4 - (compressed & 3)) & 3);
    const checkSize = CHECK_SIZES.get(this.checkType) as number;
    this.requireLeft(checkSize);
    this.verifyCheck(out.bytes.subarray(contentStart, out.length));
    this.at += checkSize;
    return { unpadded: headerSize + compressed + checkSize, uncompressed };
  }

  /**
   * header = size, flags, [ compressed size ] [ uncompressed size ] filters, zeros ; checksum at
   * `end`.
   */
  private readBlockHeader(end: number): {
    compressed: number | undefined;
    uncompressed: number | undefined;
    dictionarySize: number;
    filters: Filter[];
  } {
    const { bytes } = this;
    const flags = bytes[this.at + 1] as number;
    if ((flags & 0x3c) !== 0) throw this.fail(this.at + 1, 'reserved flags of a block are set');
    this.at += 2;
    const compressed = (flags & 0x40) === 0 ? undefined : this.readVariable(end);
    const uncompressed = (flags & 0x80) === 0 ? undefined : this.readVariable(end);
    const filters: Filter[] = [];
    for (let left = flags & 3; left > 0; left--) {
      const id = this.readVariable(end);
      const size = this.readVariable(end);
      if (this.at + size > end) throw this.fail(this.at, 'a filter that is too long');
      const filter = makeFilter(id, bytes.subarray(this.at, this.at + size));
      if (filter === undefined) throw this.fail(this.at, 'an unknown .xz filter');
      filters.unshift(filter); // the last filter is undone first
      this.at += size;
    }
    const isLzma2 = this.readVariable(end) === FILTER_LZMA2 && this.readVariable(end) === 1;
    const sizeCode = this.at < end ? (bytes[this.at++] as number) : 41;
    if (!isLzma2 || sizeCode > 40) throw this.fail(this.at, 'a block that does not use LZMA2');
    this.expectZeros(end - this.at);
    const dictionarySize =
      sizeCode === 40 ? 0xffffffff : (2 | (sizeCode & 1)) * 2 ** ((sizeCode >> 1) + 11);
    return { compressed, uncompressed, dictionarySize, filters };
  }

  /**
   * index = 00, count, { unpadded size, uncompressed size }, zeros, checksum ; returns its size.
   */
  private verifyIndex(blocks: readonly BlockSizes[]): number {
    const start = this.at++;
    const { length } = this.bytes;
    let isRight = this.readVariable(length) === blocks.length;
    for (const block of isRight ? blocks : []) {
      if (this.readVariable(length) !== block.unpadded) isRight = false;
      if (this.readVariable(length) !== block.uncompressed) isRight = false;
    }
    if (!isRight) throw this.fail(start, 'an index that does not match its blocks');
    this.expectZeros((4 - ((this.at - start) & 3)) & 3);
    this.requireLeft(4);
    this.verifySum(start, this.at);
    this.at += 4;
    return this.at - start;
  }

  /** footer = checksum, size of the index, the flags of the header, "YZ" */
  private footer(indexSize: number): void {
    const { bytes, at } = this;
    this.requireLeft(12);
    if (crc32(bytes, at + 4, at + 10) !== little32(bytes, at)) {
      throw this.fail(at, 'a footer that does not have the checksum that it gives');
    }
    const sameFlags = bytes[at + 8] === 0 && bytes[at + 9] === this.checkType;
    const sameSize = (little32(bytes, at + 4) + 1) * 4 === indexSize;
    if (!sameFlags || !sameSize || !startsWith(bytes, at + 10, FOOTER_MAGIC)) {
      throw this.fail(at, 'a footer that does not match its stream');
    }
    this.at += 12;
  }

  /** After a stream there may be zeros, in groups of four. */
  private skipPadding(): number {
    const start = this.at;
    let at = start;
    while (this.bytes[at] === 0) at++;
    if (((at - start) & 3) !== 0)
      throw this.fail(at, 'padding that is not a multiple of four bytes');
    return at;
  }

  private readVariable(limit: number): number {
    const number = variableAt(this.bytes, this.at, limit);
    if (number === undefined) {
      const isCut =
        limit - this.at < 9 && this.bytes.subarray(this.at, limit).every((b) => b > 0x7f);
      throw this.fail(this.at, `a number that ${isCut ? 'ends too early' : 'is not well-formed'}`);
    }
    this.at = number.end;
    return number.value;
  }

  private expectZeros(count: number): void {
    this.requireLeft(count);
    for (let i = 0; i < count; i++) {
      if (this.bytes[this.at++] !== 0) throw this.fail(this.at - 1, 'padding that is not zero');
    }
  }

  /** Check that bytes[start, end) have the CRC-32 that follows them. */
  private verifySum(start: number, end: number): void {
    if (crc32(this.bytes, start, end) === little32(this.bytes, end)) return;
    throw this.fail(start, 'a header that does not have the checksum that it gives');
  }

  private verifyCheck(content: Uint8Array): void {
    const { bytes, at, checkType } = this;
    let isRight = true;
    if (checkType === 1) isRight = crc32(content) === little32(bytes, at);
    else if (checkType === 4) {
      const { low, high } = crc64(content);
      isRight = low === little32(bytes, at) && high === little32(bytes, at + 4);
    } else if (checkType === 10)
      isRight = sha256(content).every((byte, i) => byte === bytes[at + i]);
    if (!isRight) throw this.fail(at, 'the content does not have the check that its block gives');
  }

  private requireLeft(count: number): void {
    if (this.at + count > this.bytes.length) {
      throw this.fail(this.bytes.length, 'the .xz file ends too early');
    }
  }
}

function startsWith(bytes: Uint8Array, at: number, start: readonly number[]): boolean {
  return start.every((byte, i) => bytes[at + i] === byte);
}

function little32(bytes: Uint8Array, at: number): number {
  return (
    ((bytes[at] as number) |
      ((bytes[at + 1] as number) << 8) |
      ((bytes[at + 2] as number) << 16) |
      ((bytes[at + 3] as number) << 24)) >>>
    0
  );
}
