// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * WebAssembly memories: made, kept when their process has ended, and given to the next.
 *
 * A new memory costs more than many a program that runs in it: the system hands out every page of
 * it at its first use, and the garbage collector runs for the old ones. Invariant: what is kept is
 * zero.
 */
import { type Backing, GRANULE } from '../memory.ts';
import { Instances } from './instances.ts';
import { collectGarbage, type WasmMemory, webAssembly } from './platform.ts';
import { Zeros } from './zeros.ts';

/** The default budget. What processes need more than this they get. */
const BUDGET = 192 << 20;
/**
 * This share of the budget is kept however much processes need: else each of thousands of small
 * programs that a large one starts would get a new memory.
 */
const KEPT_SHARE = 3;
/**
 * A large memory has more than half of the budget. The largest is kept beside the budget while no
 * process has one, as its pages cost more than many a program; but it is given up after this many
 * programs that ran without it.
 */
const MAX_IDLE = 100;
/**
 * One of more budgets than this is not kept. What needs so much runs for minutes, and all that
 * comes after it would run beside its memory.
 */
const MOST_KEPT = 2.75;
/**
 * A memory is given to a program that is likely to use half of it. One that waits for long, as a
 * shell does, would keep a large one from all others, and its forks would need as much again.
 */
const FIT = 2;
/** Programs whose use is remembered. */
const MAX_PROGRAMS = 1000;

/** A WebAssembly.Memory as a process's buffer. */
export class WasmBacking implements Backing {
  readonly memory: WasmMemory;
  /** Most bytes that it can grow to. */
  readonly limit: number;
  /** Programs that have ended since it was used. */
  idle = 0;
  readonly instances: Instances;
  private readonly zeros: Zeros;
  private readonly onGrowth: () => void;

  /** @param onGrowth called when it has grown. */
  constructor(size: number, limit: number, onGrowth: () => void = () => {}) {
    const platform = webAssembly();
    if (platform === undefined) throw new Error('no WebAssembly here');
    const pages = (bytes: number): number => Math.min(65536, Math.ceil(bytes / GRANULE));
    this.memory = new platform.Memory({ initial: pages(size), maximum: pages(limit) });
    this.instances = new Instances(this.memory);
    this.zeros = new Zeros(this.memory);
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

  firstUsed(start: number, end: number): number {
    return this.zeros.firstUsed(start, end);
  }

  /** Make the bytes from `start` up to `end` zero; `start` is a multiple of the page size. */
  clear(start: number, end: number): void {
    this.zeros.clear(start, end);
  }
}

export class MemoryPool {
  /** The one that was used last comes last. */
  private readonly kept: WasmBacking[] = [];
  /** Those that processes have. */
  private readonly inUse = new Set<WasmBacking>();
  /** Name of a program, without its folder, → bytes that it used when it ran last. */
  private readonly uses = new Map<string, number>();
  private readonly budget: number;
  /** Bytes that were given up since garbage was collected. */
  private garbage = 0;

  /** @param budget bytes of all memories together, in use or kept, without a large one. */
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

  /**
   * Give up large memories, but for one at most, and, while the others are too much, the oldest.
   */
  private trim(): void {
    const largest = this.largestToKeep();
    const sum = (counted: Iterable<WasmBacking>): number =>
      [...counted].reduce((total, { size }) => total + size, 0);
    const allowed = Math.max(this.budget - sum(this.inUse), this.budget / KEPT_SHARE);
    let total = sum(this.kept.filter((one) => !this.isLarge(one)));
    for (const one of [...this.kept]) {
      if (one === largest || (!this.isLarge(one) && total <= allowed)) continue;
      if (!this.isLarge(one)) total -= one.size;
      this.kept.splice(this.kept.indexOf(one), 1);
      this.garbage += one.size;
    }
    if (this.garbage <= this.budget / 2) return;
    this.garbage = 0;
    collectGarbage();
  }

  private largestToKeep(): WasmBacking | undefined {
    if ([...this.inUse].some((one) => this.isLarge(one))) return undefined;
    const most = MOST_KEPT * this.budget;
    return this.kept
      .filter((one) => this.isLarge(one) && one.size <= most && one.idle <= MAX_IDLE)
      .sort((one, other) => one.size - other.size)
      .at(-1);
  }

  /** Nobody needs `backing` any more, and it is not kept. */
  giveUp(backing: WasmBacking): void {
    this.inUse.delete(backing);
    backing.instances.serve(undefined);
  }

  /**
   * Nobody uses `backing` any more. All bytes that are not zero are in the range `touched`; its end
   * is what the program has used.
   */
  release(
    backing: WasmBacking,
    [from, used]: readonly [from: number, to: number],
    program?: string,
  ): void {
    if (this.uses.size === MAX_PROGRAMS) this.uses.clear();
    if (program !== undefined) this.uses.set(nameOf(program), used);
    this.giveUp(backing);
    for (const one of this.kept) one.idle++;
    backing.idle = 0;
    this.kept.push(backing);
    this.trim();
    if (this.kept.includes(backing)) backing.clear(from, used);
  }
}

/** A program is known by its name alone: it is often built in one folder and copied to another. */
function nameOf(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}
