// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * Where the guest's memory is for translated code: a guest address → an offset in WebAssembly's
 * memory, or a fault.
 *
 * The buffer is that of memory.ts: the stack, the windows, then the low region. Three ways lead
 * there:
 * - An address that a guard covers is in the stack: nothing is left to check.
 * - A constant address in the image, for stores apart from translated code: nothing is left to
 *   check.
 * - Every other address is compared with the low region first, as one unsigned number: how far it
 *   is above the
 *   region's start, or for stores above the end of the code. The limits are globals, because brk
 *     moves them. What is
 *   not there is compared with the stack; a read that is not there either is a fault, and a store
 *     is left to the
 *   interpreter. (Calls that return have no place on the rare ways: V8 would then keep nothing in
 *     registers.)
 *
 * Invariant: code reads and writes only what the guest may, exactly to the page, and never writes a
 * byte that was
 * translated: such a store is left to the interpreter, which goes on with what the code has become.
 */
import { type Layout, STACK_END, WINDOW_BYTES } from '../memory.ts';

export interface AccessLayout extends Layout {
  /** Guest addresses [start, end) of what was translated, in order and apart. */
  readonly code: readonly Range[];
  /** Guest address after the last translated byte: from here on the low region may be written. */
  readonly writeStart: number;
}

export type Range = readonly [start: number, end: number];

/** Guest address of the first byte of the stack, which is at offset 0. */
export function stackStart({ stackSize }: Layout): number {
  return STACK_END - stackSize;
}

/**
 * Offset in WebAssembly's memory of what is `imageStart` for reads, and of `writeStart` for writes.
 */
export function lowOffset(layout: AccessLayout, write: boolean): number {
  const start = layout.stackSize + WINDOW_BYTES;
  return write ? start + layout.writeStart - layout.imageStart : start;
}

/** Is a constant address of the image, which is always there and, for stores, is not code? */
export function isImage(
  layout: AccessLayout,
  address: number,
  size: number,
  write: boolean,
): boolean {
  const at = address >>> 0;
  if (at < layout.imageStart || at + size > layout.imageEnd) return false;
  return !write || !layout.code.some(([start, end]) => at < end && start < at + size);
}
