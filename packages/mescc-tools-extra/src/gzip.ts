// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * gunzip: a gzip file (RFC 1952) → its content, all members one after the other.
 *
 * Bytes after a member that begin no other are ignored, as upstream and gzip do. Upstream's ungz
 * stops after the first member and checks nothing; ours verifies header and content checksums and
 * the length.
 *
 * The names and limits of mescc-tools-extra/ungz.c of stage0-posix 1.9.1 are in programs/ungz.ts.
 */
import { requireBytes } from '@stage0-ts/diagnostics';
import { crc32 } from './checksums.ts';
import { DecodedBytes, type DecodeOptions, type Fail, failWith } from './decoding.ts';
import { inflate } from './inflate.ts';

const FLAG_CHECKSUM = 0x02;
const FLAG_EXTRA = 0x04;
const FLAG_NAME = 0x08;
const FLAG_COMMENT = 0x10;
const RESERVED_FLAGS = 0xe0;

/** The header of a member. */
export interface GzipHeader {
  /** The bytes of the file's original name, if the archive has it. */
  readonly name: Uint8Array | undefined;
  /** Offset of the first byte after the header. */
  readonly end: number;
}

/**
 * Decompress. Throws a ToolError for a file that is not a gzip file, and for one that is cut short
 * or damaged.
 */
export function gunzip(bytes: Uint8Array, options: DecodeOptions = {}): Uint8Array<ArrayBuffer> {
  requireBytes(bytes);
  const fail = failWith(options);
  const out = new DecodedBytes(options, 4 * bytes.length, toldSize(bytes));
  let at = 0;
  do at = member(bytes, at, out, fail);
  while (bytes[at] === 0x1f && bytes[at + 1] === 0x8b);
  if (options.wholeInput && at < bytes.length) throw fail(at, 'something follows the gzip stream');
  return out.toBytes();
}

/** The most bytes that deflate can make of one. */
const MAX_RATIO = 1040;

/** The size that the last member states, modulo 2^32, or 0 if that is impossible. */
function toldSize(bytes: Uint8Array): number {
  const size = bytes.length < 18 ? 0 : little32(bytes, bytes.length - 4);
  return size <= MAX_RATIO * bytes.length ? size : 0;
}

/** Read the header of the first member. Throws a ToolError if there is none. */
export function readGzipHeader(bytes: Uint8Array, options: DecodeOptions = {}): GzipHeader {
  return header(bytes, 0, failWith(options));
}

function member(bytes: Uint8Array, start: number, out: DecodedBytes, fail: Fail): number {
  const contentStart = out.length;
  const end = inflate(bytes, header(bytes, start, fail).end, out, fail);
  if (end + 8 > bytes.length) throw fail(bytes.length, 'the gzip file ends too early');
  if (little32(bytes, end) !== crc32(out.bytes, contentStart, out.length)) {
    throw fail(end, 'the content does not have the checksum that the gzip file gives');
  }
  if (little32(bytes, end + 4) !== (out.length - contentStart) >>> 0) {
    throw fail(end + 4, 'the content does not have the length that the gzip file gives');
  }
  return end + 8;
}

/** header = 1f 8b 08, flags, time, 2 bytes, [ extra ] [ name 00 ] [ comment 00 ] [ checksum ] */
function header(bytes: Uint8Array, start: number, fail: Fail): GzipHeader {
  if (start + 10 > bytes.length) throw fail(bytes.length, 'the gzip header ends too early');
  if (bytes[start] !== 0x1f || bytes[start + 1] !== 0x8b) throw fail(start, 'not a gzip file');
  if (bytes[start + 2] !== 8) throw fail(start + 2, 'not compressed with deflate');
  const flags = bytes[start + 3] as number;
  if ((flags & RESERVED_FLAGS) !== 0) throw fail(start + 3, 'reserved gzip flags are set');
  let at = start + 10;
  if ((flags & FLAG_EXTRA) !== 0) {
    at += 2 + (bytes[at] as number) + 256 * (bytes[at + 1] as number);
    // A length beyond the end gives NaN or too large a number.
    if (!(at <= bytes.length)) throw fail(bytes.length, 'the gzip header ends too early');
  }
  let name: Uint8Array | undefined;
  if ((flags & FLAG_NAME) !== 0) {
    const end = terminator(bytes, at, fail);
    name = bytes.subarray(at, end);
    at = end + 1;
  }
  if ((flags & FLAG_COMMENT) !== 0) at = terminator(bytes, at, fail) + 1;
  if ((flags & FLAG_CHECKSUM) !== 0) {
    if (at + 2 > bytes.length) throw fail(bytes.length, 'the gzip header ends too early');
    const checksum = (bytes[at] as number) | ((bytes[at + 1] as number) << 8);
    if (checksum !== (crc32(bytes, start, at) & 0xffff)) {
      throw fail(at, 'the gzip header does not have the checksum that it gives');
    }
    at += 2;
  }
  return { name, end: at };
}

function terminator(bytes: Uint8Array, at: number, fail: Fail): number {
  const end = bytes.indexOf(0, at);
  if (end < 0) throw fail(bytes.length, 'the gzip header ends too early');
  return end;
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
