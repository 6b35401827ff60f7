// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * Functions that are reached by pointers only: they are translated when they have been called
 * often, beside the code that is running, and leave what the interpreter leaves.
 */
import { MemoryFiles, MemoryHost } from '@stage0-ts/host/memory';
import { describe, expect, it } from 'vitest';
import { TranslationCache } from '../src/translate/cache.ts';
import { CODE, DATA, elf, load, system, word } from './guest.ts';
import { emulated, lockstep, machine, SMALL } from './run.ts';

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
    // Translations are for a layout of the memory: that of `emulated`.
    const run = machine(guest, undefined, { ...SMALL, translations });
    run.run();
    return run.cpu.executed;
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

  it('one that a process has changed, after another fork had it translated as it was', () => {
    // ADD begins with a byte that the parent changes and puts back; a fork calls it in between.
    // fork: mov eax, 2; int 0x80; test eax, eax; jne over; calls; exit; over: …
    const calls = (count: number, at: number) => [
      ...[...load(6, count), ...load(7, at)], // loop: call edi; dec esi; jne loop
      ...[0xff, 0xd7, 0x4e, 0x75, 0xfb],
    ];
    const report = [...system(4, 1, DATA, 8), ...system(1, 0)];
    const forked = (at: number) => {
      const child = [...calls(3000, at), ...report];
      return [...load(0, 2), 0xcd, 0x80, 0x85, 0xc0, 0x0f, 0x85, ...word(child.length), ...child];
    };
    const changed = (at: number) => [0xc6, 0x05, ...word(at + 6), 7];
    const code = (at: number) => [
      ...[...forked(at), ...changed(at), ...forked(at), ...forked(at)],
      ...system(1, 0),
    ];
    const guest = image([...code(CODE + code(0).length), ...ADD]);
    const interpreted = emulated(guest);
    const words = new DataView(interpreted.buffer, interpreted.byteOffset);
    expect([0, 8, 16].map((at) => words.getInt32(at, true))).toEqual([9000, 21_000, 21_000]);
    expect(emulated(guest, { translations: new TranslationCache() })).toEqual(interpreted);
  });

  it('functions that store and push through pointers', () => {
    // mov edx, DATA + 4; inc dword [edx]; push dword [edx]; pop eax; ret
    const stores = [...load(2, DATA + 4), 0xff, 0x02, 0xff, 0x32, 0x58, 0xc3];
    const guest = image(caller(4000, [], [stores, ADD]));
    const interpreted = emulated(guest);
    expect(emulated(guest, { translations: new TranslationCache() })).toEqual(interpreted);
  });

  it('functions that jump on through a pointer', () => {
    // jmp [DATA + 20], which is where MIX is
    const guest = image(caller(5000, [], [[0xff, 0x25, ...word(DATA + 20)], MIX]));
    const interpreted = emulated(guest);
    const translations = new TranslationCache();
    expect(emulated(guest, { translations })).toEqual(interpreted);
    expect(interpretedOf(guest, translations)).toBeLessThan(100);
  });

  it('functions that jump to one of their own places', () => {
    // mov eax, esi; and eax, 2; lea eax, [eax * 2 + place]; jmp eax; place: inc ecx; ret; nop; nop;
    // dec ecx; ret
    const place = (address: number) => [
      ...[0x89, 0xf0, 0x83, 0xe0, 2, 0x8d, 0x04, 0x45, ...word(address), 0xff, 0xe0],
      ...[0x41, 0xc3, 0x90, 0x90, 0x49, 0xc3],
    ];
    const address = CODE + caller(20_000, [], [place(0), ADD]).length - ADD.length - 6;
    const guest = image(caller(20_000, [], [place(address), ADD]));
    const interpreted = emulated(guest);
    const translations = new TranslationCache();
    expect(emulated(guest, { translations })).toEqual(interpreted);
    expect(interpretedOf(guest, translations)).toBeLessThan(100);
  });

  it('functions that use data by gs', () => {
    // set_thread_area of a segment at DATA + 64; mov eax, [DATA + 100]; lea eax, [eax * 8 + 3];
    // mov gs, eax
    const descriptor = [-1, DATA + 64, 0xfffff, 0x51].flatMap((value, at) => [
      ...[0xc7, 0x05, ...word(DATA + 100 + at * 4)],
      ...word(value),
    ]);
    const segment = [
      ...[...descriptor, ...system(243, DATA + 100), 0xa1, ...word(DATA + 100)],
      ...[0x8d, 0x04, 0xc5, ...word(3), 0x8e, 0xe8],
    ];
    // inc dword gs:[4]; mov eax, gs:[4]; mov [DATA + 4], eax; ret
    const uses = [
      ...[0x65, 0xff, 0x05, ...word(4), 0x65, 0xa1, ...word(4)],
      ...[0xa3, ...word(DATA + 4), 0xc3],
    ];
    const guest = image(caller(5000, segment, [uses, uses]));
    const interpreted = emulated(guest);
    const view = new DataView(interpreted.buffer, interpreted.byteOffset);
    expect(view.getInt32(4, true)).toBe(5000);
    const translations = new TranslationCache();
    expect(emulated(guest, { translations })).toEqual(interpreted);
    expect(interpretedOf(guest, translations)).toBeLessThan(200);
    // Without a segment it is a fault.
    const without = () => emulated(image(caller(5000, [], [uses, uses])), { translations });
    expect(without).toThrow(/segment/);
  });
});
