// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * WebAssembly memories: made, kept when their process has ended, and given to the next.
 *
 * A new memory costs more than many a program that runs in it: the system hands out every page of
 * it at its first use, and the garbage collector runs for the old ones. Invariant: what is kept is
 * zero.
 */
import { type Backing, GRANULE } from '../memory.ts';
import { type WasmMemory, webAssembly } from './platform.ts';

/** The default budget. What processes need more than this they get, and nothing is kept. */
const BUDGET = 384 << 20;
/** A memory of this size is given up */
const LARGE = 256 << 20;
/** after this many programs that ran without it. */
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
  private readonly onGrowth: (bytes: number) => void;

  /** @param onGrowth called before it grows by so many bytes. */
  constructor(size: number, limit: number, onGrowth: (bytes: number) => void = () => {}) {
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
    const more = size - this.size;
    this.onGrowth(more);
    try {
      this.memory.grow(more / GRANULE);
      return true;
    } catch {
      this.onGrowth(-more);
      return false; // a RangeError: more than the maximum, or the platform has no more
    }
  }
}

export class MemoryPool {
  /** The one that was used last comes last. */
  private kept: WasmBacking[] = [];
  /** Bytes of the memories that processes have. */
  private inUse = 0;
  /** Program → bytes that it used when it ran last. */
  private readonly uses = new Map<string, number>();
  private readonly budget: number;

  /** @param budget bytes of all memories together, in use or kept. */
  constructor(budget: number = BUDGET) {
    this.budget = budget;
  }

  /**
   * A memory of at least `size` bytes: the smallest that is kept and has what `program` used last
   * time, or else `size` bytes, if it fits; or a new one. So a program that needs much gets what
   * one like it has left: the garbage collector would let both exist for a while.
   */
  acquire(size: number, limit: number, program?: string): WasmBacking {
    const wanted = Math.max(size, this.uses.get(program ?? '') ?? 0);
    const most = wanted * FIT;
    const found = this.smallest(wanted, most, limit) ?? this.smallest(size, most, limit);
    if (found !== undefined) {
      this.kept.splice(this.kept.indexOf(found), 1);
      this.inUse += found.size;
      return found;
    }
    const made = new WasmBacking(size, limit, (bytes) => this.use(bytes));
    this.use(made.size);
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

  /** A process needs more: give up what is kept for too long and is too much. */
  private use(bytes: number): void {
    this.inUse += bytes;
    let total = this.kept.reduce((sum, { size }) => sum + size, this.inUse);
    while (total > this.budget) {
      const [oldest] = this.kept;
      if (oldest === undefined) return;
      this.kept.shift();
      total -= oldest.size;
    }
  }

  /** Nobody needs `backing` any more, and it is not kept. */
  giveUp(backing: WasmBacking): void {
    this.inUse -= backing.size;
  }

  /** Nobody uses `backing` any more. All bytes after the first `used` are zero. */
  release(backing: WasmBacking, used: number, program?: string): void {
    if (this.uses.size === MAX_PROGRAMS) this.uses.clear();
    if (program !== undefined) this.uses.set(program, used);
    this.giveUp(backing);
    for (const one of this.kept) one.idle++;
    this.kept = this.kept.filter(({ idle, size }) => idle <= MAX_IDLE || size < LARGE);
    backing.idle = 0;
    new Uint8Array(backing.buffer, 0, used).fill(0);
    this.kept.push(backing);
    this.use(0);
  }
}
