// SPDX-License-Identifier: GPL-3.0-or-later
/** An executable, and what of it was translated → where translated code reads and writes. */
import type { Executable, Segment } from '../elf.ts';
import { deepStack, PAGE, READABLE, roundUp, WRITABLE } from '../memory.ts';
import type { AccessLayout, Range } from './access.ts';
import type { CodeBytes } from './discover.ts';
import type { Needs, TranslationOptions } from './program.ts';

/** Guest addresses from here on are not translated. */
const MAX_IMAGE_END = 0x7fff0000;

/** The segment with the entry point, which is what is translated. */
export function codeOf(executable: Executable, bytes: Uint8Array): CodeBytes | undefined {
  const { entry, segments, end } = executable;
  const segment = segments.find(
    ({ address, fileSize }) => address <= entry && entry < address + fileSize,
  );
  if (segment === undefined || end > MAX_IMAGE_END) return undefined;
  const { address, fileOffset, fileSize, rights } = segment;
  return {
    start: address,
    bytes: bytes.subarray(fileOffset, fileOffset + fileSize),
    isConstant: (rights & WRITABLE) === 0,
  };
}

/** @param code what was translated. */
export function layoutOf(
  { start, end, segments }: Executable,
  code: readonly Range[],
  { stackSize, pageCount }: TranslationOptions,
  needs: Needs,
): AccessLayout {
  const readableStart = startOfRun(segments, READABLE);
  const writableStart = Math.max(startOfRun(segments, WRITABLE), needs.writableStart);
  const isPaged = needs.isPaged || readableStart !== start;
  const codeEnd = code.at(-1)?.[1] ?? start;
  const writeStart = Math.max(writableStart, codeEnd);
  return {
    stackSize,
    pageCount,
    imageStart: start,
    imageEnd: end,
    code,
    readableStart,
    writableStart,
    readStart: start,
    writeStart,
    deepStack: needs.isDeep ? 0 : deepStack({ stackSize }),
    gaps: isPaged ? [] : largestGaps(code).filter(([from]) => from >= writableStart),
    isPaged,
    traps: !isPaged,
  };
}

/** Fewer bytes between code are not worth a comparison. */
const MIN_GAP = 1024;
/** Each is compared with at every store, if it comes to that. */
const MAX_GAPS = 3;

function largestGaps(code: readonly Range[]): Range[] {
  return code
    .map(([start], at): Range => [code[at - 1]?.[1] ?? start, start])
    .filter(([from, to]) => to - from >= MIN_GAP)
    .sort((one, other) => other[1] - other[0] - (one[1] - one[0]))
    .slice(0, MAX_GAPS);
}

/** The first page from which on all pages of the image are there and have the right. */
function startOfRun(segments: readonly Segment[], right: number): number {
  const last = segments.at(-1) as Segment;
  let start = roundUp(last.address + last.memorySize);
  for (const { address, memorySize, rights } of [...segments].reverse()) {
    if ((rights & right) === 0 || roundUp(address + memorySize) < start) break;
    start = address - (address % PAGE);
  }
  return start;
}
