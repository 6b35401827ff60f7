// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * A process's memory: guest addresses → bytes of one buffer, with the rights of each page.
 *
 * A guest sees two regions, as under Linux. The low region has the image's segments, then the heap,
 * whose end brk moves, and after a gap the memory from mmap. The stack is at the top of the address
 * space. In the buffer the stack comes first, so that the heap can grow at the end. After the stack
 * comes what the guest cannot reach: {@link WINDOW_BYTES} for translate/windows.ts and cells.ts,
 * and the rights of each page, where translated code can look them up.
 * Invariant: `pages` has an entry for each page of the buffer; a page without rights does not exist
 * for the guest, and neither does any address outside the two regions.
 */
import { type FaultCode, hex, MachineError } from './errors.ts';

export const PAGE = 4096;
/** Sizes of buffers are multiples of this: the page size of WebAssembly. */
export const GRANULE = 65536;
/** Buffers grow by at least this much, and by at least a quarter. */
const GROWTH = 32 * GRANULE;
/** Bytes after the stack in a buffer, before the rights of pages. */
export const WINDOW_BYTES: number = GRANULE;
/** Guest address after the stack, where a 64-bit kernel puts it for a 32-bit program. */
export const STACK_END = 0xffffe000;
/** The kernel keeps so many bytes below the stack free. */
export const STACK_GAP: number = 1 << 20;

export const READABLE = 1;
export const WRITABLE = 2;
/** Set for pages from mmap: they are in use, whatever their rights are. */
const MAPPED = 4;
/** The part of the stack that most programs stay in. */
const SHALLOW_SHARE = 8;
/** How many bytes the heap can still grow after the first mmap. */
const MAP_GAP = 16 << 20;

/** Where the buffer comes from; for translated code, a WebAssembly.Memory. */
export interface Backing {
  /** Current buffer; growing replaces it. */
  buffer: ArrayBuffer;
  /** Make it at least `size` bytes long, with zeros at the end; false if that is not possible. */
  grow(size: number): boolean;
  /** The first byte from `start` on that is not zero, or one a little before; or `end`. */
  firstUsed(start: number, end: number): number;
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

  firstUsed(start: number, end: number): number {
    const words = new Int32Array(this.buffer, 0, end >>> 2);
    let first = start >>> 2;
    while (first < words.length && words[first] === 0) first++;
    return first * 4;
  }
}

/** Where things are; all are multiples of `PAGE`. */
export interface Layout {
  /** Bytes of stack below `STACK_END`; the buffer begins with them. */
  readonly stackSize: number;
  /** Guest address of the first page of the image. */
  readonly imageStart: number;
  /** Guest address after the last page of the image, where the heap begins. */
  readonly imageEnd: number;
  /** Pages that the buffer can have. */
  readonly pageCount: number;
}

/** Pages of a buffer of at most `limit` bytes. */
export function pageCountOf(limit: number): number {
  return (Math.ceil(limit / GRANULE) * GRANULE) / PAGE;
}

/** Offset in the buffer of the low region. */
export function lowRegion({ stackSize, pageCount }: Layout): number {
  return stackSize + WINDOW_BYTES + roundUp(pageCount);
}

/**
 * Bytes at the start of the stack's part of the buffer that few programs come to. As long as nobody
 * has written to them, nobody needs to read them to see that they are zero: then the system gives
 * them no room.
 */
export function deepStack({ stackSize }: Pick<Layout, 'stackSize'>): number {
  const size = stackSize - stackSize / SHALLOW_SHARE;
  return size - (size % PAGE);
}

/** Offset in the buffer of the rights of its first page. */
export function rightsTable({ stackSize }: Layout): number {
  return stackSize + WINDOW_BYTES;
}

export class Memory {
  readonly layout: Layout;
  private backing: Backing;
  bytes: Uint8Array<ArrayBuffer>;
  view: DataView<ArrayBuffer>;
  /** Rights by page: a part of the buffer. */
  private pages: Uint8Array;
  /** Of the low region. */
  private readonly lowOffset: number;
  /** Guest address after the heap, as brk returns it. */
  heapEnd: number;
  /** While a fork borrows this memory: old contents of the pages that it changed, by number. */
  private journal: Map<number, Uint8Array> | undefined;
  /**
   * Changes each time that pages get other rights, except when brk moves the heap's end; and when
   * the deep stack is first written.
   */
  rightsVersion = 0;
  /** Bytes at the start of the buffer that were never written: {@link deepStack}, later 0. */
  private untouched: number;
  /** Where the heap ended, and what was mapped, when this memory was lent. */
  private lentHeapEnd = 0;
  private lentPages: Uint8Array | undefined;
  private lentMap: readonly [number, number] = [0, 0];
  /** The range of guest addresses that mmap has used so far, holes included; 0 if none. */
  private mapStart = 0;
  private mapEnd = 0;
  /** Maximum size of the buffer in bytes. */
  readonly limit: number;

  /** @param backing filled with zeros, of at least the layout's `bufferSize`. */
  constructor(layout: Layout, backing: Backing, limit: number) {
    this.layout = layout;
    this.backing = backing;
    this.limit = limit;
    this.bytes = new Uint8Array(backing.buffer);
    this.view = new DataView(backing.buffer);
    this.lowOffset = lowRegion(layout);
    this.pages = this.tableOfRights();
    this.pages.fill(READABLE | WRITABLE, 0, layout.stackSize / PAGE);
    this.heapEnd = layout.imageEnd;
    this.untouched = deepStack(layout);
  }

  /**
   * All bytes of the buffer before the first of these offsets, and from the second on, are zero.
   */
  get touched(): readonly [from: number, to: number] {
    return [this.untouched, this.used];
  }

  /** Has the deep stack been written, as far as is known? */
  get isDeep(): boolean {
    return this.untouched === 0;
  }

  /** From now on the deep stack may be written, by translated code as well. */
  deepen(): void {
    if (this.untouched === 0) return;
    this.untouched = 0;
    this.rightsVersion++;
  }

  /** Length of the part of the buffer that is in use; all bytes after it are zero. */
  get used(): number {
    return this.place(Math.max(roundUp(this.heapEnd), this.mapEnd));
  }

  /** Bytes of the low region that are in use. */
  get usedLow(): number {
    return this.used - this.lowOffset;
  }

  /** Offset in the buffer of an address in the low region. */
  place(address: number): number {
    return address - this.layout.imageStart + this.lowOffset;
  }

  private tableOfRights(): Uint8Array {
    return this.bytes.subarray(rightsTable(this.layout)).subarray(0, this.layout.pageCount);
  }

  /** Give `rights` to the pages that hold the low addresses from `start` up to `end`. */
  allow(start: number, end: number, rights: number): void {
    this.pages.fill(rights, this.place(start) >>> 12, (this.place(end) + PAGE - 1) >>> 12);
  }

  /** Offset of `size` bytes at `address`, or -1 if the guest lacks the right to them. */
  offset(address: number, size: number, right: number): number {
    const { stackSize, imageStart } = this.layout;
    let offset = ((address - imageStart) >>> 0) + this.lowOffset;
    let end = this.bytes.length;
    if (offset >= end) {
      offset = (address - (STACK_END - stackSize)) >>> 0;
      end = stackSize;
      if (right === WRITABLE && offset < this.untouched) this.deepen();
    }
    const last = offset + size - 1;
    if (last >= end || ((this.pages[offset >>> 12] as number) & right) === 0) return -1;
    if ((offset ^ last) >>> 12 !== 0 && !this.allowedUpTo(offset, last, right)) return -1;
    return offset;
  }

  private allowedUpTo(offset: number, last: number, right: number): boolean {
    for (let page = (offset >>> 12) + 1; page <= last >>> 12; page++) {
      if (((this.pages[page] as number) & right) === 0) return false;
    }
    return true;
  }

  /**
   * brk: move the end of the heap to `address`, and return where it is then. It does not move if
   * `address` is below the heap or beyond the limit. Memory that the heap gains is zero.
   */
  setHeapEnd(address: number): number {
    const wanted = address >>> 0;
    const { imageEnd, stackSize } = this.layout;
    if (wanted < imageEnd || wanted > STACK_END - stackSize - STACK_GAP) return this.heapEnd;
    if (this.place(wanted) > this.limit) return this.heapEnd;
    if (this.mapStart !== 0 && wanted > this.mapStart) return this.heapEnd;
    const from = this.place(roundUp(this.heapEnd));
    const to = this.place(roundUp(wanted));
    if (to !== from) {
      if (to > this.bytes.length && !this.growTo(to)) return this.heapEnd;
      if (to < from) {
        this.willChange(to, from - to);
        this.bytes.fill(0, to, from);
      }
      const rights = to > from ? READABLE | WRITABLE : 0;
      if (this.journal !== undefined) this.lentPages ??= this.pages.slice();
      this.pages.fill(rights, Math.min(from, to) >>> 12, Math.max(from, to) >>> 12);
    }
    this.heapEnd = wanted;
    return wanted;
  }

  /** mmap: the address of `size` zeros with `rights`, after the heap; 0 if beyond the limit. */
  map(size: number, rights: number): number {
    if (this.mapStart === 0) {
      this.mapStart = roundUp(this.heapEnd) + MAP_GAP;
      this.mapEnd = this.mapStart;
    }
    const address = this.hole(size);
    const end = address + size;
    const { stackSize } = this.layout;
    if (end > STACK_END - stackSize - STACK_GAP || this.place(end) > this.limit) return 0;
    if (this.place(end) > this.bytes.length && !this.growTo(this.place(end))) return 0;
    this.mapEnd = Math.max(this.mapEnd, end);
    this.setPages(address, end, rights | MAPPED);
    return address;
  }

  /** The lowest address where `size` bytes are not mapped. */
  private hole(size: number): number {
    let from = this.mapStart;
    for (let at = from; at < this.mapEnd; at += PAGE) {
      if (at - from >= size) return from;
      if (this.pages[this.place(at) >>> 12] !== 0) from = at + PAGE;
    }
    return from;
  }

  /** munmap: take away memory that mmap gave. */
  unmap(address: number, size: number): void {
    const from = Math.max(address, this.mapStart);
    const to = Math.min(roundUp(address + size), this.mapEnd);
    if (from >= to) return;
    const [first, last] = [this.place(from), this.place(to)];
    this.willChange(first, last - first);
    this.bytes.fill(0, first, last);
    this.setPages(from, to, 0);
  }

  /** mprotect. False if a page does not exist. */
  protect(address: number, size: number, rights: number): boolean {
    const end = roundUp(address + size);
    const first = this.place(address) >>> 12;
    const last = this.place(end) >>> 12;
    const low = address >= this.layout.imageStart && this.place(end) <= this.bytes.length;
    if (!low) return address >= STACK_END - this.layout.stackSize && end <= STACK_END;
    for (let page = first; page < last; page++) if (this.pages[page] === 0) return false;
    const mapped = address >= this.mapStart && this.mapStart !== 0 ? MAPPED : 0;
    this.setPages(address, end, rights | mapped);
    return true;
  }

  /** The lowest address such that all pages from there to the end of the heap have the right. */
  allowedFrom(right: number): number {
    const first = this.place(this.layout.imageStart) >>> 12;
    let page = this.place(roundUp(this.heapEnd)) >>> 12;
    while (page > first && ((this.pages[page - 1] as number) & right) !== 0) page--;
    return this.layout.imageStart + (page - first) * PAGE;
  }

  /** Has mmap given memory? */
  get isMapped(): boolean {
    return this.mapStart !== 0;
  }

  private setPages(start: number, end: number, rights: number): void {
    this.rightsVersion++;
    if (this.journal !== undefined) this.lentPages ??= this.pages.slice();
    this.pages.fill(rights, this.place(start) >>> 12, this.place(end) >>> 12);
  }

  /** V8 collects garbage each time that a WebAssembly.Memory grows, so this grows by a part. */
  private growTo(size: number): boolean {
    const growth = Math.max(GROWTH, this.bytes.length / 4);
    const wanted = Math.ceil(Math.max(size, this.bytes.length + growth) / GRANULE) * GRANULE;
    const most = Math.ceil(this.limit / GRANULE) * GRANULE;
    if (!this.backing.grow(Math.min(wanted, most))) return false;
    this.bytes = new Uint8Array(this.backing.buffer);
    this.view = new DataView(this.backing.buffer);
    this.pages = this.tableOfRights();
    return true;
  }

  /** Remember what changes from now on, until {@link restore}. */
  lend(): void {
    this.journal = new Map();
    this.lentHeapEnd = this.heapEnd;
    this.lentPages = undefined;
    this.lentMap = [this.mapStart, this.mapEnd];
  }

  /** Must be called before `size` bytes at `offset` change. */
  willChange(offset: number, size: number): void {
    if (this.journal === undefined) return;
    for (let page = offset >>> 12; page <= (offset + size - 1) >>> 12; page++) {
      if (this.journal.has(page)) continue;
      this.journal.set(page, this.bytes.slice(page * PAGE, (page + 1) * PAGE));
    }
  }

  /** Undo all changes since {@link lend}. */
  restore(): void {
    const { journal } = this;
    if (journal === undefined) return;
    this.journal = undefined;
    this.rightsVersion++;
    const mappedTo = this.mapEnd;
    [this.mapStart, this.mapEnd] = this.lentMap;
    this.setHeapEnd(this.lentHeapEnd);
    if (this.lentPages !== undefined) {
      const before = Math.max(this.mapEnd, this.heapEnd);
      if (mappedTo > before) this.bytes.fill(0, this.place(roundUp(before)), this.place(mappedTo));
      this.pages.set(this.lentPages);
      this.lentPages = undefined;
    }
    for (const [page, content] of journal) this.bytes.set(content, page * PAGE);
  }

  /** A copy in another buffer; by default a plain one. */
  copy(makeBacking: (size: number) => Backing = (size) => new PlainBacking(size)): Memory {
    const { used } = this;
    const twin = new Memory(this.layout, makeBacking(this.bytes.length), this.limit);
    // Most of the stack was never used: the zeros at the start need not be copied.
    const first = Math.min(used, this.backing.firstUsed(this.untouched, used));
    twin.bytes.set(this.bytes.subarray(first, used), first);
    twin.pages.set(this.pages);
    twin.rightsVersion = this.rightsVersion;
    twin.untouched = this.untouched;
    twin.heapEnd = this.heapEnd;
    twin.mapStart = this.mapStart;
    twin.mapEnd = this.mapEnd;
    return twin;
  }

  /**
   * How many of the `count` bytes at `address` the guest has the right to, up to the first page
   * where it lacks it.
   */
  reachable(address: number, count: number, right: number): number {
    for (let found = 0; found < count; ) {
      const at = (address + found) >>> 0;
      if (this.offset(at, 1, right) < 0) return found;
      found += PAGE - (at % PAGE);
    }
    return count;
  }

  /** For tools: the byte at `address`; undefined if the guest cannot read it. */
  byte(address: number): number | undefined {
    return this.bytes[this.offset(address, 1, READABLE)];
  }

  /** For system calls and tools: `size` bytes at `address`, as a view. Throws MachineError. */
  slice(address: number, size: number, right: number = READABLE): Uint8Array<ArrayBuffer> {
    if (size === 0) return this.bytes.subarray(0, 0);
    const offset = this.offset(address, size, right);
    if (offset < 0) throw accessError('bad-access', address, size, right);
    return this.bytes.subarray(offset, offset + size);
  }
}

/** A fault; the machine adds the program and the address of the instruction. */
export function accessError(
  code: FaultCode,
  address: number,
  size: number,
  right: number,
): MachineError {
  const what = right === WRITABLE ? 'write' : 'read';
  return new MachineError(code, `cannot ${what} ${size} bytes at ${hex(address)}`);
}

/** Size of the buffer of a new process. */
export function bufferSize(layout: Layout): number {
  const bytes = lowRegion(layout) + layout.imageEnd - layout.imageStart;
  return Math.ceil(bytes / GRANULE) * GRANULE;
}

/** Up to the next page boundary. */
export function roundUp(address: number): number {
  return Math.ceil(address / PAGE) * PAGE;
}
