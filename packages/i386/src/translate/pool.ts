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

/** Memories that are kept at most: processes wait for each other in a chain as long as this. */
const MAX_KEPT = 4;
/** Larger ones are left to the garbage collector, */
const SMALL = 96 << 20;
/** but not these, of which two would be too much for some computers. They are given up */
const LARGE = 256 << 20;
/** after this many programs that ran without them. */
const MAX_IDLE = 100;
/** Programs whose use is remembered. */
const MAX_PROGRAMS = 1000;

/** A WebAssembly.Memory as a process's buffer. */
export class WasmBacking implements Backing {
  readonly memory: WasmMemory;
  /** Most bytes that it can grow to. */
  readonly limit: number;
  /** Programs that have ended since it was used. */
  idle = 0;

  constructor(size: number, limit: number) {
    const platform = webAssembly();
    if (platform === undefined) throw new Error('no WebAssembly here');
    const pages = (bytes: number): number => Math.min(65536, Math.ceil(bytes / GRANULE));
    this.memory = new platform.Memory({ initial: pages(size), maximum: pages(limit) });
    this.limit = limit;
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
      this.memory.grow((size - this.buffer.byteLength) / GRANULE);
      return true;
    } catch {
      return false; // a RangeError: more than the maximum, or the platform has no more
    }
  }
}

export class MemoryPool {
  private kept: WasmBacking[] = [];
  /** Program → bytes that it used when it ran last. */
  private readonly uses = new Map<string, number>();

  /**
   * A memory of at least `size` bytes: the smallest that is kept and has what `program` used last
   * time, or else `size` bytes; or a new one. So a program that needs much gets what one like it
   * has left: the garbage collector would let both exist for a while.
   */
  acquire(size: number, limit: number, program?: string): WasmBacking {
    const wanted = Math.max(size, this.uses.get(program ?? '') ?? 0);
    const found = this.smallest(wanted, limit) ?? this.smallest(size, limit);
    if (found === undefined) return new WasmBacking(size, limit);
    this.kept.splice(this.kept.indexOf(found), 1);
    return found;
  }

  private smallest(size: number, limit: number): WasmBacking | undefined {
    let best: WasmBacking | undefined;
    for (const candidate of this.kept) {
      if (candidate.limit !== limit || candidate.size < size) continue;
      if (best === undefined || candidate.size < best.size) best = candidate;
    }
    return best;
  }

  /** Nobody uses `backing` any more. All bytes after the first `used` are zero. */
  release(backing: WasmBacking, used: number, program?: string): void {
    if (this.uses.size === MAX_PROGRAMS) this.uses.clear();
    if (program !== undefined) this.uses.set(program, used);
    for (const one of this.kept) one.idle++;
    this.kept = this.kept.filter(({ idle, size }) => idle <= MAX_IDLE || size < LARGE);
    const isOfUse = backing.size <= SMALL || backing.size >= LARGE;
    if (!isOfUse || this.kept.length === MAX_KEPT) return;
    backing.idle = 0;
    new Uint8Array(backing.buffer, 0, used).fill(0);
    this.kept.push(backing);
  }
}
