// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * Where the guest's memory is for translated code: a guest address → an offset in WebAssembly's
 * memory, or a fault.
 *
 * The buffer is that of memory.ts: the stack, what the guest does not have, then the low region.
 * Three ways lead there:
 * - An address that a guard covers is in the stack: nothing is left to check.
 * - A constant address in the image, for stores apart from translated code: nothing is left to
 *   check.
 * - Every other address is compared with the low region first, as one unsigned number: how far it
 *   is above the region's start, or for stores above the end of the code. The limits are in cells,
 *   because brk moves them. Where mmap and mprotect have made pages that differ, the rights of the
 *   address's page are looked up next. What is not there is compared with the stack, and a store
 *   with the data that linkers put between code. A read that is nowhere is a fault, and a store is
 *   left to the interpreter. (Calls that return have no
 *   place on the rare ways: V8 would then keep nothing in registers.)
 *
 * Invariant: code reads and writes only what the guest may, exactly to the page, and never writes a
 * byte that was translated: such a store is left to the interpreter, which goes on with what the
 * code has become.
 */
import { type Layout, lowRegion, STACK_END } from '../memory.ts';

export interface AccessLayout extends Layout {
  /** Guest addresses [start, end) of what was translated, in order and apart. */
  readonly code: readonly Range[];
  /** Guest address from which on every page may be read, up to the end of the heap. */
  readonly readableStart: number;
  /** The same for pages that may be written. */
  readonly writableStart: number;
  /** Guest address from which on translated code looks for what it reads. */
  readonly readStart: number;
  /** The same for what it writes: nothing that was translated is there. */
  readonly writeStart: number;
  /** Bytes at the start of the stack that translated code does not write: see memory.ts. */
  readonly deepStack: number;
  /** Data between what was translated, which may be written. */
  readonly gaps: readonly Range[];
  /**
   * Rights of low pages are looked up where the limits do not say all. If not, the guest can read
   * nothing but the low region and the stack: what is elsewhere is a fault.
   */
  readonly isPaged: boolean;
  /** A read that is a fault is a trap of WebAssembly's; otherwise it is left to the interpreter. */
  readonly traps: boolean;
}

export type Range = readonly [start: number, end: number];

/** Guest address of the first byte of the stack, which is at offset 0. */
export function stackStart({ stackSize }: Layout): number {
  return STACK_END - stackSize;
}

/** Offset in WebAssembly's memory of an address of the low region. */
export function placeOf(layout: Layout, address: number): number {
  return lowRegion(layout) + address - layout.imageStart;
}

/** The guest address from which on the low region is read, or written, without more ado. */
export function lowStart({ readStart, writeStart }: AccessLayout, write: boolean): number {
  return write ? writeStart : readStart;
}

/** Offset in WebAssembly's memory of what is at {@link lowStart}. */
export function lowOffset(layout: AccessLayout, write: boolean): number {
  return placeOf(layout, lowStart(layout, write));
}

/** May the constant address be read, or written, without a look at anything? */
export function isImage(
  layout: AccessLayout,
  address: number,
  size: number,
  write: boolean,
): boolean {
  if (write && (layout.isPaged || isCode(layout, address, size))) return false;
  const at = address >>> 0;
  const start = write ? layout.writableStart : layout.readableStart;
  return at >= start && at + size <= layout.imageEnd;
}

/** Was a byte there translated? */
export function isCode({ code }: AccessLayout, address: number, size: number): boolean {
  const at = address >>> 0;
  return code.some(([start, end]) => at < end && start < at + size);
}
