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
/** Larger ones are not kept: the next small program would have to pay for clearing them. */
const MAX_KEPT_BYTES = 96 << 20;

/** A WebAssembly.Memory as a process's buffer. */
export class WasmBacking implements Backing {
  readonly memory: WasmMemory;
  /** Most bytes that it can grow to. */
  readonly limit: number;

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
  private readonly kept: WasmBacking[] = [];

  /** The smallest that is kept and has `size` bytes, or a new one. */
  acquire(size: number, limit: number): WasmBacking {
    let best: WasmBacking | undefined;
    for (const candidate of this.kept) {
      const { byteLength } = candidate.buffer;
      if (candidate.limit !== limit || byteLength < size) continue;
      if (best === undefined || byteLength < best.buffer.byteLength) best = candidate;
    }
    if (best === undefined) return new WasmBacking(size, limit);
    this.kept.splice(this.kept.indexOf(best), 1);
    return best;
  }

  /** Nobody uses `backing` any more. All bytes after the first `used` are zero. */
  release(backing: WasmBacking, used: number): void {
    if (this.kept.length === MAX_KEPT || backing.buffer.byteLength > MAX_KEPT_BYTES) return;
    new Uint8Array(backing.buffer, 0, used).fill(0);
    this.kept.push(backing);
  }
}
