// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * Probes: guests whose exit status is the answer. Each must end in the same way interpreted,
 * translated, and natively, if this kernel runs i386 programs.
 */
import { MemoryFiles } from '@stage0-ts/host/memory';
import { type EngineOptions, i386Engine } from '@stage0-ts/i386';
import { afterAll, describe, expect, it } from 'vitest';
import { DATA, elf, load, place, system, word } from './guest.ts';
import { NativeGuests } from './linux.ts';
import { MODES } from './run.ts';
import { type Ending, runInWorld } from './world.ts';

/** Name, code, how it ends: {@link exited}, {@link killed} or {@link failed}. */
export type Probe = readonly [name: string, code: readonly number[], end: object];

export const exited = (status: number): object => ({ kind: 'exited', status });
export const killed = (signal: number): object => ({ kind: 'killed', signal });
/** Ended with the low byte of −errno. */
export const failed = (errno: number): object => exited(-errno & 0xff);

// Ends of guests

export const EXIT_EBX: readonly number[] = [...load(0, 1), 0xcd, 0x80];
/** Exits with the low byte of eax, the result of a system call. */
export const RESULT: readonly number[] = [0x89, 0xc3, ...EXIT_EBX];
/** Exits with the byte at `address`. */
export const byteAt = (address: number): number[] => [
  ...[0x0f, 0xb6, 0x1d, ...word(address), ...EXIT_EBX],
];
export const [BELOW, ABOVE_OR_EQUAL, EQUAL, ABOVE, GREATER] = [2, 3, 4, 7, 15] as const;
/** setcc bl; movzx ebx, bl; exit. */
export const ifCondition = (code: number): number[] => [
  ...[0x0f, 0x90 + code, 0xc3, 0x0f, 0xb6, 0xdb, ...EXIT_EBX],
];
/** The same after a comparison of eax with [address]. */
export const compareWith = (code: number, address: number): number[] => [
  ...[0x3b, 0x05, ...word(address), ...ifCondition(code)],
];

// Parts of guests

/** mov [address], eax. */
export const keep = (address: number): number[] => [0xa3, ...word(address)];
/** mov dword [address], value. */
export const poke = (address: number, value: number): number[] => [
  ...[0xc7, 0x05, ...word(address), ...word(value)],
];
/** A call with six arguments. */
export const six = (
  number: number,
  a: number,
  b: number,
  c: number,
  d: number,
  e: number,
  f = 0,
): number[] => [
  ...[...load(3, a), ...load(1, b), ...load(2, c), ...load(6, d), ...load(7, e), ...load(5, f)],
  ...[...load(0, number), 0xcd, 0x80],
];

/** Where probes put names, and the results of calls. */
export const A: number = DATA;
export const B: number = DATA + 32;
export const OUT: number = DATA + 1024;
export const CREATE = 0o102;
/** New files need new names, as all guests of a test file share a folder of the kernel. */
let names = 0;
/** Puts a new name at `address`. */
export const named = (address: number): number[] => place(address, `n${names++}`);
/** Makes a file with five bytes, named at `address`, and closes it. */
export const made = (address: number): number[] => [
  ...named(address),
  ...[...system(5, address, CREATE, 0o600), ...system(4, 3, address, 5), ...system(6, 3)],
];
export const folder = (address: number): number[] => [
  ...named(address),
  ...system(39, address, 0o755),
];

// Running them

/** A folder for native guests, until the file's tests have run. Warns if this kernel runs none. */
export function nativeGuests(): { guests: NativeGuests; works: boolean } {
  const guests = new NativeGuests();
  afterAll(() => guests.remove());
  const { works } = guests;
  if (!works) {
    console.warn('NOT RUN: this kernel runs no i386 programs; nothing was compared with it');
  }
  return { guests, works };
}

/** Run `image` in a world in memory, at the path of native guests and in their folder. */
export function run(
  image: Uint8Array,
  mode: (typeof MODES)[number],
  directory = '/',
  environment: readonly string[] = [],
  args: readonly string[] = [],
  options: EngineOptions = {},
): Ending {
  const files = new MemoryFiles();
  files.createDirectories(directory);
  const path = `${directory.replace(/\/$/, '')}/guest`;
  files.writeFile(path, image, 0o755);
  const world = { files, engine: i386Engine({ mode, ...options }), directory };
  return runInWorld(world, path, [path, ...args], environment);
}

/** Tests of `probes`, in both modes and natively. */
export function testProbes(
  probes: readonly Probe[],
  { guests, works }: ReturnType<typeof nativeGuests>,
): void {
  describe.each(probes)('%s', (_, code, end) => {
    const image = elf(code);
    it.each(MODES)('%s', (mode) => {
      expect(run(image, mode, guests.folder).status).toEqual(end);
    });
    it.runIf(works)('on this kernel', () => {
      expect(guests.run(image)?.status).toEqual(end);
    });
  });
}
