// SPDX-License-Identifier: GPL-3.0-or-later
/** Memories of processes that have ended: which are kept for the next, and what is in them. */

import { MemoryFiles, MemoryHost } from '@stage0-ts/host/memory';
import { Machine } from '@stage0-ts/i386';
import { describe, expect, it, vi } from 'vitest';
import { TranslationCache } from '../src/translate/cache.ts';
import { MemoryPool } from '../src/translate/pool.ts';
import { elf, exit } from './guest.ts';
import { SMALL } from './run.ts';

const MIB = 1 << 20;
const LIMIT = 64 * MIB;

describe('the pool', () => {
  it('gives the smallest memory that is large enough, and all of it is zero', () => {
    const pool = new MemoryPool(16 * MIB);
    const [small, large] = [pool.acquire(MIB, LIMIT), pool.acquire(4 * MIB, LIMIT)];
    new Uint8Array(large.buffer).fill(1, 0, 3 * MIB);
    pool.release(large, [0, 3 * MIB]);
    pool.release(small, [0, 0]);
    expect(pool.acquire(2 * MIB, LIMIT)).toBe(large);
    expect(new Uint8Array(large.buffer).every((byte) => byte === 0)).toBe(true);
    expect(pool.acquire(MIB, LIMIT)).toBe(small);
  });

  it('gives a program what it used last time, if that is there', () => {
    const pool = new MemoryPool(16 * MIB);
    const [small, large] = [pool.acquire(MIB, LIMIT), pool.acquire(4 * MIB, LIMIT)];
    pool.release(large, [0, 3 * MIB], '/build/compiler');
    pool.release(small, [0, 0]);
    expect(pool.acquire(MIB, LIMIT, '/usr/bin/compiler')).toBe(large);
    expect(pool.acquire(MIB, LIMIT, 'compiler')).toBe(small);
  });

  it('does not give a small program a large memory', () => {
    const pool = new MemoryPool(64 * MIB);
    const large = pool.acquire(16 * MIB, LIMIT);
    pool.release(large, [0, 0]);
    expect(pool.acquire(MIB, LIMIT)).not.toBe(large);
    expect(pool.acquire(8 * MIB, LIMIT)).toBe(large);
  });

  it('does not give a memory that may grow less or more', () => {
    const pool = new MemoryPool(16 * MIB);
    const memory = pool.acquire(MIB, LIMIT);
    pool.release(memory, [0, 0]);
    expect(pool.acquire(MIB, 2 * LIMIT)).not.toBe(memory);
    expect(pool.acquire(MIB, LIMIT)).toBe(memory);
  });

  it('gives up the memory that has waited longest, when a running one grows', () => {
    const pool = new MemoryPool(8 * MIB);
    const [first, second, running] = [3, 3, 2].map((size) => pool.acquire(size * MIB, LIMIT));
    pool.release(first as never, [0, 0]);
    pool.release(second as never, [0, 0]);
    expect(running?.grow(4 * MIB)).toBe(true);
    expect(pool.acquire(3 * MIB, LIMIT)).toBe(second);
    expect(pool.acquire(3 * MIB, LIMIT)).not.toBe(first);
  });

  it('counts neither a growth that fails nor a program that cannot start', () => {
    const pool = new MemoryPool(8 * MIB);
    const memory = pool.acquire(4 * MIB, LIMIT);
    expect(memory.grow(2 * LIMIT)).toBe(false);
    pool.release(memory, [0, 0]);
    expect(pool.acquire(4 * MIB, LIMIT)).toBe(memory);
    pool.release(memory, [0, 0]);
    const image = { path: 'guest', bytes: elf(exit(0)) };
    const host = new MemoryHost({ files: new MemoryFiles() });
    const argv = ['x'.repeat(1 << 20)]; // more than the stack below has room for
    const options = { ...SMALL, translations: new TranslationCache(), memories: pool };
    for (let at = 0; at < 20; at++) {
      expect(() => new Machine({ ...options, image, argv, host })).toThrow();
    }
    const other = pool.acquire(MIB, LIMIT);
    pool.release(other, [0, 0]);
    expect(pool.acquire(MIB, LIMIT)).toBe(other);
  });

  it('keeps a third of the budget while processes need all of it', () => {
    const pool = new MemoryPool(6 * MIB);
    const running = [1, 2, 3].map(() => pool.acquire(3 * MIB, LIMIT));
    const small = [1, 2, 3].map(() => pool.acquire(MIB, LIMIT));
    for (const one of small) pool.release(one, [0, 0]);
    const taken = [1, 2, 3].map(() => pool.acquire(MIB, LIMIT));
    expect(small.map((one) => taken.includes(one))).toEqual([false, true, true]);
    for (const one of running) pool.giveUp(one);
    for (const one of taken) pool.release(one, [0, 0]);
    expect([1, 2, 3].map(() => taken.includes(pool.acquire(MIB, LIMIT)))).not.toContain(false);
  });

  it('keeps the largest beside the budget, until a hundred programs ran without it', () => {
    const pool = new MemoryPool(10 * MIB);
    const [large, larger] = [pool.acquire(16 * MIB, LIMIT), pool.acquire(20 * MIB, LIMIT)];
    const small = pool.acquire(3 * MIB, LIMIT);
    new Uint8Array(larger.buffer).fill(1);
    for (const one of [large, larger, small]) pool.release(one, [0, one.size]);
    expect(pool.acquire(3 * MIB, LIMIT)).toBe(small);
    expect(pool.acquire(16 * MIB, LIMIT)).toBe(larger);
    expect(new Uint8Array(larger.buffer).every((byte) => byte === 0)).toBe(true);
    pool.release(larger, [0, larger.size]);
    for (let ran = 0; ran < 100; ran++) pool.release(pool.acquire(MIB, LIMIT), [0, 0]);
    expect(pool.acquire(16 * MIB, LIMIT)).toBe(larger);
    pool.release(larger, [0, larger.size]);
    for (let ran = 0; ran < 101; ran++) pool.release(pool.acquire(MIB, LIMIT), [0, 0]);
    expect(pool.acquire(16 * MIB, LIMIT)).not.toBe(larger);
  });

  it('gives up a large memory when a running one becomes large', () => {
    const pool = new MemoryPool(8 * MIB);
    const [large, small] = [16, 2].map((size) => pool.acquire(size * MIB, LIMIT));
    const running = pool.acquire(3 * MIB, LIMIT);
    pool.release(small as never, [0, 0]);
    pool.release(large as never, [0, 0]);
    expect(running.grow(4 * MIB)).toBe(true);
    expect(pool.acquire(16 * MIB, LIMIT)).toBe(large);
    pool.release(large as never, [0, 0]);
    expect(running.grow(5 * MIB)).toBe(true);
    expect(pool.acquire(2 * MIB, LIMIT)).toBe(small);
    expect(pool.acquire(16 * MIB, LIMIT)).not.toBe(large);
  });

  it('does not keep a memory of almost three budgets', () => {
    for (const [size, isKept] of [[22, true] as const, [23, false] as const]) {
      const pool = new MemoryPool(8 * MIB);
      const memory = pool.acquire(size * MIB, LIMIT);
      pool.release(memory, [0, 0]);
      expect(pool.acquire(size * MIB, LIMIT) === memory).toBe(isKept);
    }
  });

  it('keeps no more than a third of the budget while a process has a large one', () => {
    const pool = new MemoryPool(6 * MIB);
    const small = [1, 2, 3, 4].map(() => pool.acquire(MIB, LIMIT));
    for (const one of small) pool.release(one, [0, 0]);
    const running = pool.acquire(5 * MIB, LIMIT);
    const taken = [1, 2, 3, 4].map(() => pool.acquire(MIB, LIMIT));
    expect(small.map((one) => taken.includes(one))).toEqual([false, false, true, true]);
    pool.giveUp(running);
  });

  it('collects garbage when a large memory is given up, or many small ones', () => {
    const collected = vi.fn();
    vi.stubGlobal('gc', collected);
    const pool = new MemoryPool(8 * MIB);
    pool.release(pool.acquire(24 * MIB, LIMIT), [0, 0]);
    expect(collected).toHaveBeenCalledTimes(1);
    const small = [1, 2, 3, 4, 5, 6, 7].map(() => pool.acquire(2 * MIB, LIMIT));
    for (const one of small) pool.release(one, [0, 0]);
    expect(collected).toHaveBeenCalledTimes(2);
    vi.unstubAllGlobals();
  });

  it('does not write to a memory that it gives up', () => {
    const pool = new MemoryPool(8 * MIB);
    const [larger, large] = [pool.acquire(20 * MIB, LIMIT), pool.acquire(16 * MIB, LIMIT)];
    new Uint8Array(large.buffer).fill(1);
    for (const one of [large, larger]) pool.release(one, [0, one.size]);
    expect(new Uint8Array(large.buffer).every((byte) => byte === 1)).toBe(true);
  });
});
