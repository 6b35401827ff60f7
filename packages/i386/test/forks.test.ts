// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * A fork runs in its parent's memory at first, and then in a copy. Whatever it does there, and
 * whenever the copy is made, the parent goes on with the memory that it had: the parent of a fork
 * that does random things writes the same as that of a fork that ends at once.
 */
import { MemoryFiles } from '@stage0-ts/host/memory';
import { i386Engine } from '@stage0-ts/i386';
import { describe, expect, it } from 'vitest';
import { DATA, elf, exit, load, system, word } from './guest.ts';
import { nativeGuests, run } from './probes.ts';
import { type Dice, diceFrom } from './random-code.ts';
import { MODES } from './run.ts';
import { runInWorld } from './world.ts';

const { guests, works } = nativeGuests();

const ROUNDS = 100;
const PAGE = 4096;
/** Where the guest keeps the addresses of its heap and of an area from mmap. */
const [HEAP, AREA] = [DATA, DATA + 4] as const;
const HEAP_SIZE = 5 * PAGE;
const AREA_SIZE = 6 * PAGE;
/** Two pages of the area are not there: from here to the third page's end. */
const HOLE = PAGE;
const AFTER_HOLE: number = 3 * PAGE;
const [ECX, EDX, ESI] = [1, 2, 6] as const;
const [BRK, MUNMAP, MPROTECT, MREMAP, GETCWD] = [45, 91, 125, 163, 183] as const;

/** mov ebx, [base]; add ebx, offset. */
const addressOf = (base: number, offset: number) => [
  ...[0x8b, 0x1d, ...word(base)],
  ...[0x81, 0xc3, ...word(offset)],
];
/** A system call about an address. */
const callAt = (call: number, base: number, offset: number, b = 0, c = 0, d = 0) => [
  ...addressOf(base, offset),
  ...[...load(ECX, b), ...load(EDX, c), ...load(ESI, d), ...load(0, call), 0xcd, 0x80],
];
const keepResult = (address: number) => [0xa3, ...word(address)];
const map = (size: number) => [
  ...[...load(ESI, 0x22), ...load(7, -1), ...load(5, 0)],
  ...system(192, 0, size, 3),
];
/** mov dword [ebx], value, or a byte of it. */
const storeAt = (base: number, offset: number, value: number, isByte = false) => [
  ...addressOf(base, offset),
  ...(isByte ? [0xc6, 0x03, value & 0xff] : [0xc7, 0x03, ...word(value)]),
];
/** write(1, …). */
const show = (base: number, offset: number, size: number) => [
  ...addressOf(base, offset),
  ...[0x89, 0xd9, ...load(3, 1), ...load(EDX, size), ...load(0, 4), 0xcd, 0x80],
];

/** What the parent does, and what the fork does in between. */
function guest(dice: Dice, child: readonly number[]): Uint8Array<ArrayBuffer> {
  const filled = Array.from({ length: 20 }, () => [
    ...storeAt(HEAP, dice(HEAP_SIZE - 4), dice(2 ** 31)),
    ...storeAt(AREA, AFTER_HOLE + dice(AREA_SIZE - AFTER_HOLE - 4), dice(2 ** 31)),
  ]).flat();
  return elf([
    ...[...system(BRK), ...keepResult(HEAP), ...callAt(BRK, HEAP, HEAP_SIZE)],
    ...[...map(AREA_SIZE), ...keepResult(AREA), ...callAt(MUNMAP, AREA, HOLE, AFTER_HOLE - HOLE)],
    ...filled,
    ...[...system(2), 0x85, 0xc0, 0x0f, 0x85, ...word(child.length), ...child],
    ...system(7, -1, 0, 0),
    // Where the heap ends, and what the next mmap gets: the hole.
    ...[...system(BRK), ...keepResult(DATA + 8), ...map(2 * PAGE), ...keepResult(DATA + 12)],
    ...callAt(BRK, HEAP, HEAP_SIZE + 3 * PAGE),
    ...[...system(4, 1, DATA, PAGE), ...show(HEAP, 0, HEAP_SIZE + 3 * PAGE)],
    ...[...show(AREA, 0, AREA_SIZE), ...exit(0)],
  ]);
}

/** Stores, calls that change memory, and time in which nothing changes. */
function randomChanges(dice: Dice): number[] {
  const page = () => dice(AREA_SIZE / PAGE) * PAGE;
  const kinds = [
    () => storeAt(HEAP, dice(HEAP_SIZE - 4), dice(2 ** 31), dice(2) === 0),
    () =>
      storeAt(AREA, AFTER_HOLE + dice(AREA_SIZE - AFTER_HOLE - 4), dice(2 ** 31), dice(2) === 0),
    () => [0xc7, 0x05, ...word(DATA + 16 + dice(4000)), ...word(dice(2 ** 31))],
    () => [0x68, ...word(dice(2 ** 31))], // push
    () => callAt(BRK, HEAP, dice(10 * PAGE)),
    () => map((1 + dice(3)) * PAGE),
    () => callAt(MUNMAP, AREA, page(), PAGE),
    () => callAt(MPROTECT, AREA, page(), PAGE, 1 + dice(3)),
    () => callAt(MREMAP, AREA, page(), PAGE, (1 + dice(3)) * PAGE, 1),
    () => callAt(GETCWD, AREA, AFTER_HOLE + dice(PAGE), 100),
    // rep stosd of a part of the heap.
    () => [...addressOf(HEAP, dice(2 * PAGE)), 0x89, 0xdf, ...load(ECX, dice(800)), 0xf3, 0xab],
    () => [...load(ECX, 1 + dice(600)), 0x49, 0x75, 0xfd], // a loop
  ];
  const count = dice(15);
  return Array.from({ length: count }, () => kinds[dice(kinds.length)]?.() ?? []).flat();
}

const cases = Array.from({ length: ROUNDS }, (_, seed) => {
  const dice = diceFrom(seed);
  const changes = [...randomChanges(dice), ...exit(0)];
  return [guest(diceFrom(seed), changes), guest(diceFrom(seed), exit(0))] as const;
});

/** Are all bytes the same? (toEqual takes 50 ms for these.) */
const same = (one: Uint8Array, other: Uint8Array) => Buffer.compare(one, other) === 0;

describe('forks leave the memory of their parent', () => {
  it.each(MODES)('%s', (mode) => {
    for (const [seed, [changing, still]] of cases.entries()) {
      const expected = run(still, mode).stdout;
      expect(expected.length).toBeGreaterThan(10 * PAGE);
      expect(same(run(changing, mode).stdout, expected), `seed ${seed}`).toBe(true);
    }
  });

  it('the memory of the next program has only zeros', () => {
    const size = 40 * PAGE;
    const next = elf([
      ...[...system(BRK), ...keepResult(HEAP), ...callAt(BRK, HEAP, HEAP_SIZE)],
      ...[...map(size), ...keepResult(AREA), ...show(HEAP, 0, HEAP_SIZE), ...show(AREA, 0, size)],
      // The stack, from a megabyte below: sub esp, …; mov [DATA + 8], esp
      ...[0x81, 0xec, ...word(1 << 20), 0x89, 0x25, ...word(DATA + 8)],
      ...[...show(DATA + 8, 0, (1 << 20) - PAGE), ...exit(0)],
    ]);
    const engine = i386Engine({ mode: 'translate' });
    const files = new MemoryFiles();
    files.writeFile('/next', next, 0o755);
    for (const [changing] of cases) {
      files.writeFile('/guest', changing, 0o755);
      runInWorld({ files, engine }, '/guest', ['guest']);
      const { stdout } = runInWorld({ files, engine }, '/next', ['next']);
      expect(stdout.length).toBe(HEAP_SIZE + size + (1 << 20) - PAGE);
      expect(same(stdout, new Uint8Array(stdout.length))).toBe(true);
    }
  });

  it.runIf(works)('one in ten of them on this kernel', () => {
    for (const [changing, still] of cases.filter((_, seed) => seed % 10 === 0)) {
      const shown = guests.run(changing)?.stdout ?? new Uint8Array();
      expect(same(shown, guests.run(still)?.stdout ?? new Uint8Array(1))).toBe(true);
    }
  });
});
