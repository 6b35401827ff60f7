// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * Functions that are reached by pointers only: they are translated when they have been called
 * often, beside the code that is running, and leave what the interpreter leaves.
 */
import { MemoryFiles, MemoryHost } from '@stage0-ts/host/memory';
import { Machine } from '@stage0-ts/i386';
import { describe, expect, it } from 'vitest';
import { TranslationCache } from '../src/translate/cache.ts';
import { CODE, DATA, elf, load, system, word } from './guest.ts';
import { emulated, lockstep } from './run.ts';

/** Writes eax, and the page of data, and ends. */
const REPORT = [
  ...[0xa3, ...word(DATA + 8)],
  ...[...system(4, 1, DATA, 4096), ...load(0, 1), 0x31, 0xdb, 0xcd, 0x80],
  0xc3, // so that what comes next looks like a function
];

/**
 * `count` calls of two functions in turn through a table at DATA + 16; they come after `body`. The
 * code mentions the address before each, and makes it right with inc, unless it is to be `plain`.
 */
function caller(count: number, before: number[], functions: number[][], plain = false): number[] {
  // mov esi, count; loop: mov ebx, esi; and ebx, 1; call [ebx * 4 + DATA + 16]; dec esi; jne loop
  const loop = [
    ...[0x89, 0xf3, 0x83, 0xe3, 1, 0xff, 0x14, 0x9d, ...word(DATA + 16), 0x4e],
    ...[0x0f, 0x85, ...word(-19)],
  ];
  const table = functions.map((_, at) => [
    ...[0xc7, 0x05, ...word(DATA + 16 + at * 4), ...word(0)],
    ...(plain ? [] : [0xff, 0x05, ...word(DATA + 16 + at * 4)]),
  ]);
  const size = plain ? 10 : 16;
  const head = [...table.flat(), ...before, ...load(6, count)];
  let address = CODE + head.length + loop.length + REPORT.length;
  functions.forEach((code, at) => {
    head.splice(at * size + 6, 4, ...word(plain ? address : address - 1));
    address += code.length;
  });
  return [...head, ...loop, ...REPORT, ...functions.flat()];
}

/** add dword [DATA], 3; ret. */
const ADD = [0x83, 0x05, ...word(DATA), 3, 0xc3];
/** mov edx, DATA + 4; xor [edx], esi; mov eax, [edx]; ret. */
const MIX = [...load(2, DATA + 4), 0x31, 0x32, 0x8b, 0x02, 0xc3];

const image = (code: readonly number[]) => elf(code, 8192);

describe('functions that are reached by pointers', () => {
  it('leave the same in both modes, and in lockstep', () => {
    const guest = image(caller(5000, [], [ADD, MIX]));
    const host = () => new MemoryHost({ files: new MemoryFiles() });
    const interpreted = emulated(guest);
    expect(interpreted.length).toBe(4096);
    expect(emulated(guest, { translations: new TranslationCache() })).toEqual(interpreted);
    expect(lockstep(guest, host)).toBeGreaterThan(5000);
  });

  /** Instructions that the interpreter executes. */
  function interpretedOf(guest: Uint8Array, translations: TranslationCache): number {
    const host = new MemoryHost({ files: new MemoryFiles() });
    const given = { image: { path: 'guest', bytes: guest }, argv: ['guest'], host };
    const machine = new Machine({ ...given, translations });
    machine.run();
    return machine.cpu.executed;
  }

  it('are translated before the first call where the code mentions them', () => {
    const guest = image(caller(5000, [], [ADD, MIX], true));
    expect(interpretedOf(guest, new TranslationCache())).toBeLessThan(500);
    expect(emulated(guest, { translations: new TranslationCache() })).toEqual(emulated(guest));
  });

  it('are translated once, for later processes too', () => {
    const translations = new TranslationCache();
    const guest = image(caller(5000, [], [ADD, MIX]));
    const first = interpretedOf(guest, translations);
    const second = interpretedOf(guest, translations);
    expect(first).toBeGreaterThan(1000); // 500 calls of two or four instructions, and returns
    expect(second).toBeLessThan(100);
  });

  it('a function that has been changed before it is translated runs as it is now', () => {
    // The immediate of ADD becomes 5.
    const [at] = [caller(5000, [0xc6, 0x05, ...word(0), 5], [ADD, MIX])];
    const add = CODE + at.length - MIX.length - ADD.length;
    const guest = image(caller(5000, [0xc6, 0x05, ...word(add + 6), 5], [ADD, MIX]));
    const interpreted = emulated(guest);
    const view = new DataView(interpreted.buffer, interpreted.byteOffset);
    expect(view.getInt32(0, true)).toBe(2500 * 5);
    expect(emulated(guest, { translations: new TranslationCache() })).toEqual(interpreted);
  });

  it('one that changes another through a pointer, after both have been translated', () => {
    // ADD's immediate is one more after each call of CHANGE: mov edx, address; inc byte [edx]; ret.
    const change = (address: number) => [...load(2, address), 0xfe, 0x02, 0xc3];
    const at = caller(3000, [], [ADD, change(0)]);
    const add = CODE + at.length - change(0).length - ADD.length;
    const guest = image(caller(3000, [], [ADD, change(add + 6)]));
    const interpreted = emulated(guest);
    expect(emulated(guest, { translations: new TranslationCache() })).toEqual(interpreted);
  });

  it('functions that store and push through pointers', () => {
    // mov edx, DATA + 4; inc dword [edx]; push dword [edx]; pop eax; ret
    const stores = [...load(2, DATA + 4), 0xff, 0x02, 0xff, 0x32, 0x58, 0xc3];
    const guest = image(caller(4000, [], [stores, ADD]));
    const interpreted = emulated(guest);
    expect(emulated(guest, { translations: new TranslationCache() })).toEqual(interpreted);
  });
});
