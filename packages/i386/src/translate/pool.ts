// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * WebAssembly memories: made, kept when their process has ended, and given to the next.
 *
 * A new memory costs more than many a program that runs in it: the system hands out every page of
 * it at its first use, and the garbage collector runs for the old ones. Invariant: what is kept is
 * zero.
 */
import { type Backing, GRANULE, PAGE } from '../memory.ts';
import { type WasmMemory, webAssembly } from './platform.ts';

/** The default budget. What processes need more than this they get, and nothing is kept. */
const BUDGET = 256 << 20;
/**
 * A large memory has more than half of the budget. The largest is kept beside it, as the next
 * program of its kind would need as much again before the garbage collector takes the old one; but
 * it is given up after this many programs that ran without it.
 */
const MAX_IDLE = 100;
/**
 * A memory is given to a program that is likely to use a quarter of it. One that waits for long,
 * as a shell does, would keep a large one from all others, and its forks would need as much again.
 */
const FIT = 4;
/** Programs whose use is remembered. */
const MAX_PROGRAMS = 1000;

/** A WebAssembly.Memory as a process's buffer. */
export class WasmBacking implements Backing {
  readonly memory: WasmMemory;
  /** Most bytes that it can grow to. */
  readonly limit: number;
  /** Programs that have ended since it was used. */
  idle = 0;
  private readonly onGrowth: () => void;

  /** @param onGrowth called when it has grown. */
  constructor(size: number, limit: number, onGrowth: () => void = () => {}) {
    const platform = webAssembly();
    if (platform === undefined) throw new Error('no WebAssembly here');
    const pages = (bytes: number): number => Math.min(65536, Math.ceil(bytes / GRANULE));
    this.memory = new platform.Memory({ initial: pages(size), maximum: pages(limit) });
    this.limit = limit;
    this.onGrowth = onGrowth;
  }

  get buffer(): ArrayBuffer {
    return this.memory.buffer;
  }

  /** In bytes. */
  get size(): number {
    return this.buffer.byteLength;
  }

  grow(size: number): boolean {
    try {
      this.memory.grow((size - this.size) / GRANULE);
    } catch {
      return false; // a RangeError: more than the maximum, or the platform has no more
    }
    this.onGrowth();
    return true;
  }
}

export class MemoryPool {
  /** The one that was used last comes last. */
  private kept: WasmBacking[] = [];
  /** Those that processes have. */
  private readonly inUse = new Set<WasmBacking>();
  /** Name of a program, without its folder, → bytes that it used when it ran last. */
  private readonly uses = new Map<string, number>();
  private readonly budget: number;

  /** @param budget bytes of all memories together, in use or kept, without large ones. */
  constructor(budget: number = BUDGET) {
    this.budget = budget;
  }

  /**
   * A memory of at least `size` bytes: the smallest that is kept and has what `program` used last
   * time, or else `size` bytes, if it fits; or a new one. So a program that needs much gets what
   * one like it has left: the garbage collector would let both exist for a while.
   */
  acquire(size: number, limit: number, program?: string): WasmBacking {
    const wanted = Math.max(size, this.uses.get(nameOf(program ?? '')) ?? 0);
    const most = wanted * FIT;
    const found = this.smallest(wanted, most, limit) ?? this.smallest(size, most, limit);
    if (found !== undefined) {
      this.kept.splice(this.kept.indexOf(found), 1);
      this.inUse.add(found);
      return found;
    }
    const made = new WasmBacking(size, limit, () => this.trim());
    this.inUse.add(made);
    this.trim();
    return made;
  }

  private smallest(size: number, most: number, limit: number): WasmBacking | undefined {
    let best: WasmBacking | undefined;
    for (const candidate of this.kept) {
      const isFit = candidate.size >= size && candidate.size <= most;
      if (candidate.limit !== limit || !isFit) continue;
      if (best === undefined || candidate.size < best.size) best = candidate;
    }
    return best;
  }

  private isLarge({ size }: WasmBacking): boolean {
    return size > this.budget / 2;
  }

  /** Give up what was kept for longest, while it is too much. */
  private trim(): void {
    const large = this.kept.filter((one) => this.isLarge(one));
    const spared = large.reduce<WasmBacking | undefined>(
      (best, one) => (best !== undefined && best.size > one.size ? best : one),
      undefined,
    );
    const running = [...this.inUse].filter((one) => !this.isLarge(one));
    const counted = this.kept.filter((one) => one !== spared);
    let total = [...running, ...counted].reduce((sum, { size }) => sum + size, 0);
    for (const oldest of counted) {
      if (total <= this.budget) return;
      this.kept.splice(this.kept.indexOf(oldest), 1);
      total -= oldest.size;
    }
  }

  /** Nobody needs `backing` any more, and it is not kept. */
  giveUp(backing: WasmBacking): void {
    this.inUse.delete(backing);
  }

  /** Nobody uses `backing` any more. All bytes after the first `used` are zero. */
  release(backing: WasmBacking, used: number, program?: string): void {
    if (this.uses.size === MAX_PROGRAMS) this.uses.clear();
    if (program !== undefined) this.uses.set(nameOf(program), used);
    this.giveUp(backing);
    for (const one of this.kept) one.idle++;
    this.kept = this.kept.filter((one) => one.idle <= MAX_IDLE || !this.isLarge(one));
    backing.idle = 0;
    this.kept.push(backing);
    this.trim();
    if (!this.kept.includes(backing)) return;
    if (this.isLarge(backing)) clearPages(backing.buffer, used);
    else new Uint8Array(backing.buffer, 0, used).fill(0);
  }
}

/** A program is known by its name alone: it is often built in one folder and copied to another. */
function nameOf(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

/**
 * Make the first `used` bytes zero, and write only to pages that have others: a page that nobody
 * wrote to takes no room. It takes longer than `fill` where most were written to.
 */
function clearPages(buffer: ArrayBuffer, used: number): void {
  const words = new Int32Array(buffer, 0, Math.ceil(used / 4));
  for (let start = 0; start < words.length; start += PAGE / 4) {
    const end = Math.min(start + PAGE / 4, words.length);
    let at = start;
    while (at < end && words[at] === 0) at++;
    if (at < end) words.fill(0, at, end);
  }
}
