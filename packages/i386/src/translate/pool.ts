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
/** Larger ones are kept as long as programs need them: */
const LARGE = 96 << 20;
/** they are given up after so many programs that used less than a quarter. */
const MAX_WASTED = 100;

/** A WebAssembly.Memory as a process's buffer. */
export class WasmBacking implements Backing {
  readonly memory: WasmMemory;
  /** Most bytes that it can grow to. */
  readonly limit: number;
  /** Programs that have used little of it, one after the other. */
  wasted = 0;

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
  /** What was used last comes first. */
  private readonly kept: WasmBacking[] = [];

  /**
   * The last that was used and has `size` bytes, or a new one. So a program that needs much gets
   * what one like it has left: the garbage collector would let both exist for a while.
   */
  acquire(size: number, limit: number): WasmBacking {
    const at = this.kept.findIndex((one) => one.limit === limit && one.buffer.byteLength >= size);
    const [found] = at < 0 ? [] : this.kept.splice(at, 1);
    return found ?? new WasmBacking(size, limit);
  }

  /** Nobody uses `backing` any more. All bytes after the first `used` are zero. */
  release(backing: WasmBacking, used: number): void {
    const { byteLength } = backing.buffer;
    backing.wasted = used < byteLength / 4 ? backing.wasted + 1 : 0;
    if (byteLength > LARGE && backing.wasted > MAX_WASTED) return;
    new Uint8Array(backing.buffer, 0, used).fill(0);
    this.kept.unshift(backing);
    if (this.kept.length > MAX_KEPT) this.kept.pop();
  }
}
