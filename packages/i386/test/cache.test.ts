// SPDX-License-Identifier: GPL-3.0-or-later
/** Translations that are kept: for the same bytes, and as many as the budget allows. */
import { describe, expect, it } from 'vitest';
import { TranslationCache } from '../src/translate/cache.ts';
import { UNCOUNTED } from '../src/translate/dump.ts';
import { CODE, elf, exit, load } from './guest.ts';

const programs = [1, 2, 3].map((status) => elf(exit(status)));
const [first, second, third] = programs as [Uint8Array, Uint8Array, Uint8Array];

describe('the cache of translations', () => {
  it('knows a program by its bytes, not by the array that they are in', () => {
    const cache = new TranslationCache();
    const known = cache.get(first, UNCOUNTED);
    expect(cache.get(first.slice(), UNCOUNTED)).toBe(known);
    expect(cache.get(second, UNCOUNTED)).not.toBe(known);
    expect(cache.get(first, { ...UNCOUNTED, observed: true })).not.toBe(known);
  });

  it('translates of a function only the head that was gone to most often, and others later', () => {
    // dec ecx; jne -3; dec edx; jne -6: two heads of two loops
    const code = [...load(1, 9), ...load(2, 9), 0x49, 0x75, 0xfd, 0x4a, 0x75, 0xfa, ...exit(0)];
    const translation = new TranslationCache().get(elf(code), UNCOUNTED);
    const [outer, inner] = [CODE + 13, CODE + 10];
    for (let count = 1; count < 4; count++) translation.misses.count(outer);
    for (let count = 4; count < 500; count++) translation.misses.count(inner);
    const roots = translation.misses.count(outer);
    expect(roots).toEqual([inner, outer]);
    const isThere = (): boolean[] =>
      roots.map((root) => translation.newest?.functions.has(root) === true);
    translation.withRoots(roots);
    expect(isThere()).toEqual([true, false]);
    translation.withRoots([outer]);
    expect(isThere()).toEqual([true, true]);
  });

  it('gives up what was used longest ago, and never the last', () => {
    const size = Math.max(
      ...programs.map((bytes) => new TranslationCache().get(bytes, UNCOUNTED).size),
    );
    const cache = new TranslationCache(2 * size);
    const known = cache.get(first, UNCOUNTED);
    const other = cache.get(second, UNCOUNTED);
    expect(cache.get(first, UNCOUNTED)).toBe(known);
    cache.get(third, UNCOUNTED);
    expect(cache.get(first, UNCOUNTED)).toBe(known);
    expect(cache.get(second, UNCOUNTED)).not.toBe(other);
    const small = new TranslationCache(0);
    const last = small.get(first, UNCOUNTED);
    expect(small.get(first, UNCOUNTED)).toBe(last);
  });
});
