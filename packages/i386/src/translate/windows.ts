// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * Windows into open files: parts of their content in the guest's buffer, where translated code
 * reads and writes single bytes without leaving WebAssembly (quick-calls.ts). Nearly all of the
 * system calls of stage0's programs do that.
 *
 * The windows lie after the stack, where no address of the guest leads. First comes a table, two
 * offsets for each
 * descriptor: the next byte of its window, and the end. {@link FileWindows.settle} tells the file
 * table how far translated code has come. Invariant: after it the file table has all; and only a
 * file that one descriptor has open, in one process, has a window, so that nobody else can see that
 * it had not.
 */

import { CALL } from '../call-numbers.ts';
import type { Process } from '../process.ts';

/** Descriptors that can have a window. */
export const DESCRIPTORS = 64;
/** Bytes of a descriptor's entry in the table: one pair of offsets for reads, one for writes. */
export const ENTRY = 16;
/** Where the pair for writes is in an entry. */
export const WRITE_PAIR = 8;

/** Bytes of a window. */
const SIZE = 8192;
/** Windows; the bytes before the first are the table's. */
const COUNT = 7;
/**
 * Bytes that are fetched at first: a program that jumps about in a file reads little in one place.
 */
const FIRST_FETCH = 64;

interface Window {
  readonly fd: number;
  readonly writes: boolean;
  /** Offset of its pair. */
  readonly pair: number;
  /** Offset of the first byte. */
  readonly start: number;
  /** Offset of the first byte that the file table does not know of. */
  settled: number;
}

export class FileWindows {
  private readonly process: Process;
  /** By place. */
  private readonly windows: (Window | undefined)[] = Array(COUNT).fill(undefined);
  /** The place that is taken next when none is free. */
  private next = 0;
  /** How much of the last window of a descriptor was used. */
  private readonly used = new Map<number, number>();

  constructor(process: Process) {
    this.process = process;
  }

  /** Tell the file table, and whoever counts calls, what translated code has done. */
  settle(): void {
    for (const window of this.windows) if (window !== undefined) this.settleOne(window);
  }

  /**
   * Let the descriptor, or without one all of them, have no window: a system call is about to use
   * it.
   */
  close(fd?: number): void {
    this.windows.forEach((window, place) => {
      if (window === undefined || (fd !== undefined && window.fd !== fd)) return;
      this.settleOne(window);
      this.setPair(window.pair, 0, 0);
      this.used.set(fd ?? window.fd, window.settled - window.start);
      this.windows[place] = undefined;
    });
  }

  /**
   * A call has read or written one byte. If more of this kind can be served, let the descriptor
   * have a window.
   */
  open(call: number, fd: number): void {
    const { files, memory } = this.process;
    const writes = call === CALL.WRITE;
    if (fd < 0 || fd >= DESCRIPTORS) return;
    const wanted = Math.min(SIZE, Math.max(FIRST_FETCH, 2 * (this.used.get(fd) ?? 0)));
    const content = writes ? undefined : files.readAhead(fd).subarray(0, wanted);
    const size = content?.length ?? Math.min(SIZE, files.room(fd));
    if (size === 0) return;
    const place = this.freePlace();
    const start = this.table + (place + 1) * SIZE;
    if (content !== undefined) memory.bytes.set(content, start);
    const pair = this.table + fd * ENTRY + (writes ? WRITE_PAIR : 0);
    this.setPair(pair, start, start + size);
    this.windows[place] = { fd, writes, pair, start, settled: start };
  }

  /** Offset of the table. */
  private get table(): number {
    return this.process.memory.layout.stackSize;
  }

  private settleOne(window: Window): void {
    const { files, calls, memory } = this.process;
    const { fd, writes, pair, settled } = window;
    const now = memory.view.getInt32(pair, true);
    if (now === settled) return;
    window.settled = now;
    if (writes) files.write(fd, memory.bytes.subarray(settled, now));
    else files.advance(fd, now - settled);
    calls.note(false);
  }

  private freePlace(): number {
    const free = this.windows.indexOf(undefined);
    if (free >= 0) return free;
    const place = this.next;
    this.next = (place + 1) % COUNT;
    this.close(this.windows[place]?.fd);
    return place;
  }

  private setPair(pair: number, at: number, end: number): void {
    const { view } = this.process.memory;
    view.setInt32(pair, at, true);
    view.setInt32(pair + 4, end, true);
  }
}
