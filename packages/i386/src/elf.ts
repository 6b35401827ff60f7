// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * ELF executables: bytes → entry point and the segments to load (System V ABI, chapters 4 and 5).
 *
 * Accepts statically linked little-endian 32-bit i386 programs. Hand-written ones have program
 * headers that overlap the file header, and no section headers; neither matters here.
 */
import { MachineError } from './errors.ts';
import { PAGE, READABLE, roundUp, WRITABLE } from './memory.ts';

export interface Segment {
  /** Guest address of the first byte. */
  readonly address: number;
  /** Where its bytes begin in the file. */
  readonly fileOffset: number;
  readonly fileSize: number;
  readonly memorySize: number;
  /** `READABLE` and `WRITABLE` of memory.ts. */
  readonly rights: number;
}

export interface Executable {
  readonly entry: number;
  /** In ascending order. There is at least one, and none is empty. */
  readonly segments: readonly Segment[];
  /** Guest address of the first page. */
  readonly start: number;
  /** Guest address after the last page. */
  readonly end: number;
  /** Guest address of the program headers; 0 if no segment contains them. */
  readonly headers: number;
  readonly headerCount: number;
}

const EXECUTABLE = 2;
/** A program that can run at any address and relocates itself (static-pie). */
const RELOCATABLE = 3;
/** Where Linux loads such a program if addresses are not randomised. */
const BIAS = 0x56555000;
const LOAD = 1;
const INTERPRETER = 3;

/** Read the headers. Throws MachineError `bad-image`. */
export function readExecutable(bytes: Uint8Array, program: string): Executable {
  const fail = (what: string): MachineError => new MachineError('bad-image', what, program);
  if (bytes.length < 52) throw fail('too short for an ELF file');
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  if (view.getUint32(0, false) !== 0x7f454c46) throw fail('not an ELF file');
  if (bytes[4] !== 1 || bytes[5] !== 1) throw fail('not a little-endian 32-bit ELF file');
  const type = view.getUint16(16, true);
  if (type !== EXECUTABLE && type !== RELOCATABLE) throw fail('not an executable');
  const bias = type === RELOCATABLE ? BIAS : 0;
  if (view.getUint16(18, true) !== 3) throw fail('not a program for the i386');
  const table = view.getUint32(28, true);
  const size = view.getUint16(42, true);
  const count = view.getUint16(44, true);
  if (size !== 32 || table + size * count > bytes.length) throw fail('bad program headers');
  const segments: Segment[] = [];
  for (let at = table; at < table + size * count; at += size) {
    const kind = view.getUint32(at, true);
    if (kind === INTERPRETER) throw fail('dynamically linked');
    if (kind !== LOAD) continue;
    const segment = {
      fileOffset: view.getUint32(at + 4, true),
      address: view.getUint32(at + 8, true) + bias,
      fileSize: view.getUint32(at + 16, true),
      memorySize: view.getUint32(at + 20, true),
      // The i386 has no separate right to execute, and memory that can be written can be read.
      rights: ((view.getUint32(at + 24, true) & 2) !== 0 ? WRITABLE : 0) | READABLE,
    };
    if (segment.memorySize === 0) continue;
    checkSegment(segment, segments.at(-1), bytes.length, fail);
    segments.push(segment);
  }
  const [first] = segments;
  const last = segments.at(-1);
  if (first === undefined || last === undefined) throw fail('nothing to load');
  const start = first.address - (first.address % PAGE);
  const end = roundUp(last.address + last.memorySize);
  const entry = view.getUint32(24, true) + bias;
  const holder = segments.find(
    ({ fileOffset, fileSize }) => fileOffset <= table && table < fileOffset + fileSize,
  );
  const headers = holder === undefined ? 0 : holder.address + table - holder.fileOffset;
  return { entry, segments, start, end, headers, headerCount: count };
}

function checkSegment(
  segment: Segment,
  before: Segment | undefined,
  length: number,
  fail: (what: string) => MachineError,
): void {
  const { address, fileOffset, fileSize, memorySize } = segment;
  if (fileSize > memorySize) throw fail('a segment is smaller in memory than in the file');
  // The kernel maps whole pages of the file, and fills the last one with zeros.
  if (fileOffset + fileSize > roundUp(length)) {
    throw fail(
      `a segment has bytes up to ${fileOffset + fileSize} of the file, which ends at ${length}`,
    );
  }
  if (address % PAGE !== fileOffset % PAGE) throw fail('a segment is not aligned');
  if (before !== undefined && roundUp(before.address + before.memorySize) > address) {
    throw fail('segments overlap or are not in order');
  }
}

/**
 * The segment's pages as the kernel maps them: whole pages of the file, so the program also sees
 * what comes before and after the segment in the file. But if the segment is larger in memory than
 * in the file, what follows its part of the file is zero.
 */
export function segmentPages(
  bytes: Uint8Array,
  segment: Segment,
): { address: number; content: Uint8Array } {
  const head = segment.address % PAGE;
  const from = segment.fileOffset - head;
  const wanted = segment.fileOffset + segment.fileSize;
  const to = segment.memorySize > segment.fileSize ? wanted : roundUp(wanted);
  return {
    address: segment.address - head,
    content: bytes.subarray(from, Math.min(to, bytes.length)),
  };
}
