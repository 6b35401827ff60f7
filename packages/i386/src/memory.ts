// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * A process's memory: guest addresses → bytes of one buffer, with the rights of each page.
 *
 * Layout, upwards: stack, a guard page, the image's segments, the heap that brk moves. Everything is in one
 * buffer whose first byte has the guest address `base`, so address − base, taken as an unsigned number, is the
 * offset; what lies below (the null page among it) becomes an offset far outside. Invariant: `pages` has an
 * entry for each page of the buffer; a page without rights is not there for the guest.
 */
import { type FaultCode, hex, MachineError } from './errors.ts';

export const PAGE = 4096;
/** Sizes of buffers are multiples of this: the page size of WebAssembly. */
export const GRANULE = 65536;
/** Buffers grow by at least this much: each time costs new views, and work for the garbage collector. */
const GROWTH = 32 * GRANULE;

export const READABLE = 1;
export const WRITABLE = 2;

/** Where the buffer comes from. A translator's is a WebAssembly.Memory. */
export interface Backing {
  /** Current buffer; growing replaces it. */
  buffer: ArrayBuffer;
  /** Make it at least `size` bytes long, new bytes zero; false when that is not possible. */
  grow(size: number): boolean;
}

/** A plain buffer. */
export class PlainBacking implements Backing {
  buffer: ArrayBuffer;

  constructor(size: number) {
    this.buffer = new ArrayBuffer(size);
  }

  grow(size: number): boolean {
    const grown = new Uint8Array(size);
    grown.set(new Uint8Array(this.buffer));
    this.buffer = grown.buffer;
    return true;
  }
}

export class Memory {
  /** Guest address of the first byte. */
  readonly base: number;
  private backing: Backing;
  bytes: Uint8Array<ArrayBuffer>;
  view: DataView<ArrayBuffer>;
  /** Rights by page. */
  pages: Uint8Array;
  /** Guest address of the first byte of the heap. */
  heapStart = 0;
  /** Guest address behind the heap, as brk tells it. */
  heapEnd = 0;
  /** While somebody borrows this memory: pages as they were before the first change, by number. */
  private journal: Map<number, Uint8Array> | undefined;
  /** Where the heap ended when this memory was lent. */
  private lentHeapEnd = 0;
  /** Most bytes that the buffer may have. */
  private readonly limit: number;

  constructor(base: number, backing: Backing, limit: number) {
    this.base = base;
    this.backing = backing;
    this.limit = limit;
    this.bytes = new Uint8Array(backing.buffer);
    this.view = new DataView(backing.buffer);
    this.pages = new Uint8Array(this.bytes.length / PAGE);
  }

  /** Give `rights` to the pages that hold the guest addresses from `start` up to `end`. */
  allow(start: number, end: number, rights: number): void {
    this.pages.fill(rights, (start - this.base) >>> 12, (end - this.base + PAGE - 1) >>> 12);
  }

  /** Offset of `size` bytes at `address`, or -1 when the guest may not do that. */
  offset(address: number, size: number, right: number): number {
    const offset = (address - this.base) >>> 0;
    if (((this.pages[offset >>> 12] as number) & right) === 0 || offset >= this.bytes.length) {
      return -1;
    }
    const last = offset + size - 1;
    if ((offset ^ last) >>> 12 !== 0 && !this.allowedUpTo(offset, last, right)) return -1;
    return offset;
  }

  private allowedUpTo(offset: number, last: number, right: number): boolean {
    if (last >= this.bytes.length) return false;
    for (let page = (offset >>> 12) + 1; page <= last >>> 12; page++) {
      if (((this.pages[page] as number) & right) === 0) return false;
    }
    return true;
  }

  /**
   * brk: move the end of the heap to `address` and return where it is now: unchanged when that is below the
   * heap or beyond the limit. Memory that comes (back) is zero.
   */
  setHeapEnd(address: number): number {
    const wanted = address >>> 0;
    if (wanted < this.heapStart || wanted - this.base > this.limit) return this.heapEnd;
    const from = roundUp(this.heapEnd);
    const to = roundUp(wanted);
    if (to !== from) {
      if (to - this.base > this.bytes.length && !this.growTo(to - this.base)) return this.heapEnd;
      if (to > from) this.allow(from, to, READABLE | WRITABLE);
      else {
        this.willChange(to - this.base, from - to);
        this.allow(to, from, 0);
        this.bytes.fill(0, to - this.base, from - this.base);
      }
    }
    this.heapEnd = wanted;
    return wanted;
  }

  private growTo(size: number): boolean {
    const wanted = Math.max(Math.ceil(size / GRANULE) * GRANULE, this.bytes.length + GROWTH);
    const most = Math.ceil(this.limit / GRANULE) * GRANULE;
    if (!this.backing.grow(Math.min(wanted, most))) return false;
    this.bytes = new Uint8Array(this.backing.buffer);
    this.view = new DataView(this.backing.buffer);
    const pages = new Uint8Array(Math.ceil(this.bytes.length / PAGE));
    pages.set(this.pages);
    this.pages = pages;
    return true;
  }

  /** Remember what is changed from here on, until {@link restore}. */
  lend(): void {
    this.journal = new Map();
    this.lentHeapEnd = this.heapEnd;
  }

  /** Told before `size` bytes at `offset` change. */
  willChange(offset: number, size: number): void {
    if (this.journal === undefined) return;
    for (let page = offset >>> 12; page <= (offset + size - 1) >>> 12; page++) {
      if (this.journal.has(page)) continue;
      this.journal.set(page, this.bytes.slice(page * PAGE, (page + 1) * PAGE));
    }
  }

  /** Make it what it was when it was lent. */
  restore(): void {
    const { journal } = this;
    if (journal === undefined) return;
    this.journal = undefined;
    this.setHeapEnd(this.lentHeapEnd);
    for (const [page, content] of journal) this.bytes.set(content, page * PAGE);
  }

  /** The same content in another buffer; a plain one unless told. */
  copy(makeBacking: (size: number) => Backing = (size) => new PlainBacking(size)): Memory {
    const used = roundUp(this.heapEnd) - this.base;
    const twin = new Memory(this.base, makeBacking(this.bytes.length), this.limit);
    // Most of the stack was never touched: what is zero up to the first word that is not need not be copied.
    const words = new Int32Array(this.bytes.buffer, 0, used >>> 2);
    let first = 0;
    while (first < words.length && words[first] === 0) first++;
    twin.bytes.set(this.bytes.subarray(first * 4, used), first * 4);
    twin.pages.set(this.pages);
    twin.heapStart = this.heapStart;
    twin.heapEnd = this.heapEnd;
    return twin;
  }

  /** For system calls and tools: `size` bytes at `address`, as a view. Throws MachineError. */
  slice(address: number, size: number, right: number = READABLE): Uint8Array<ArrayBuffer> {
    if (size === 0) return this.bytes.subarray(0, 0);
    const offset = this.offset(address, size, right);
    if (offset < 0) throw accessError('bad-access', address, size, right);
    return this.bytes.subarray(offset, offset + size);
  }
}

/** A fault without its program and place, which the machine adds. */
export function accessError(
  code: FaultCode,
  address: number,
  size: number,
  right: number,
): MachineError {
  const what = right === WRITABLE ? 'write' : 'read';
  return new MachineError(code, `cannot ${what} ${size} bytes at ${hex(address)}`);
}

/** Up to the next page boundary. */
export function roundUp(address: number): number {
  return Math.ceil(address / PAGE) * PAGE;
}
