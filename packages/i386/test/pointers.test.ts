// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * Functions that are reached by pointers only: they are translated when they have been called
 * often, beside the code that is running, and leave what the interpreter leaves.
 */
import { MemoryFiles, MemoryHost } from '@stage0-ts/host/memory';
import { describe, expect, it, vi } from 'vitest';
import { TranslationCache } from '../src/translate/cache.ts';
import { PointerCalls } from '../src/translate/pointer-calls.ts';
import { CODE, DATA, elf, load, system, word } from './guest.ts';
import { diceFrom } from './random-code.ts';
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

  /** How many instructions the interpreter executes. */
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
    expect(interpretedOf(guest, translations)).toBeLessThan(100);
    // Without a segment it is a fault.
    const without = () => emulated(image(caller(5000, [], [uses, uses])), { translations });
    expect(without).toThrow(/segment/);
  });

  /** `count` rounds, each of calls through pointers to all of the functions, in order. */
  function rounds(count: number, functions: readonly number[][]): number[] {
    // mov esi, count; loop: mov edi, address; call edi; …; dec esi; jne loop
    const body = (start: number): number[] => {
      let address = start;
      const calls = functions.flatMap((code) => {
        const call = [...load(7, address), 0xff, 0xd7];
        address += code.length;
        return call;
      });
      return [...load(6, count), ...calls, 0x4e, 0x0f, 0x85, ...word(-(calls.length + 7))];
    };
    const size = body(0).length + REPORT.length;
    return [...body(CODE + size), ...REPORT, ...functions.flat()];
  }

  it('more functions than are remembered, at places that they share', () => {
    // add dword [DATA + n * 4], n + 1; ret
    const functions = Array.from({ length: 900 }, (_, n) => [
      ...[0x83, 0x05, ...word(DATA + 16 + n * 4), (n % 100) + 1, 0xc3],
    ]);
    const guest = image(rounds(50, functions));
    const interpreted = emulated(guest);
    const words = new DataView(interpreted.buffer, interpreted.byteOffset);
    expect([0, 899].map((n) => words.getInt32(16 + n * 4, true))).toEqual([50, 5000]);
    expect(emulated(guest, { translations: new TranslationCache() })).toEqual(interpreted);
  });

  it('functions whose flags are read by their caller', () => {
    // stc; ret and cmp esi, 7; ret, each with adc [DATA + 4], 0 after the call
    const add = [0x83, 0x15, ...word(DATA + 4), 0];
    const setsCarry = [0xf9, 0xc3];
    const compares = [0x83, 0xfe, 7, 0xc3];
    const body = (at: number): number[] =>
      [at, at + setsCarry.length].flatMap((address) => [
        ...[...load(7, address), 0xff, 0xd7],
        ...add,
      ]);
    const loop = [...body(0), 0x4e, 0x0f, 0x85, ...word(-(body(0).length + 7))];
    const start = CODE + load(6, 0).length + loop.length + REPORT.length;
    const code = [...load(6, 3000), ...body(start), ...loop.slice(body(0).length), ...REPORT];
    const guest = image([...code, ...setsCarry, ...compares]);
    const interpreted = emulated(guest);
    expect(new DataView(interpreted.buffer, interpreted.byteOffset).getInt32(4, true)).toBe(3006);
    expect(emulated(guest, { translations: new TranslationCache() })).toEqual(interpreted);
  });

  it('one that was translated before somebody needed its flags', () => {
    // cmp esi, 7; ret is called in the first module, where nobody reads carry; the other function,
    // which is found later, calls it by a pointer and does adc [DATA + 4], 0; ret.
    const compares = [0x83, 0xfe, 7, 0xc3];
    const reads = (at: number) => [
      ...[...load(7, at), 0xff, 0xd7],
      ...[0x83, 0x15, ...word(DATA + 4), 0, 0xc3],
    ];
    const first = CODE + 2 * 16; // caller() fills its table before that
    const callTo = (at: number) => [0xe8, ...word(at - (first + 5))];
    const at = CODE + caller(5000, callTo(0), [reads(0), compares]).length - compares.length;
    const guest = image(caller(5000, callTo(at), [reads(at), compares]));
    const interpreted = emulated(guest);
    expect(new DataView(interpreted.buffer, interpreted.byteOffset).getInt32(4, true)).toBe(3);
    expect(emulated(guest, { translations: new TranslationCache() })).toEqual(interpreted);
  });

  it('one that calls itself by a pointer, deeper than the host could', () => {
    // dec esi; je the ret; mov edi, itself; call edi; ret
    const itself = (at: number) => [0x4e, 0x74, 7, ...load(7, at), 0xff, 0xd7, 0xc3];
    const main = (at: number) => [...load(6, 40_000), ...load(7, at), 0xff, 0xd7, ...REPORT];
    const guest = image([...main(CODE + main(0).length), ...itself(CODE + main(0).length)]);
    expect(emulated(guest, { translations: new TranslationCache() })).toEqual(emulated(guest));
  });

  it('one that was remembered before mmap gave the memory that it uses', () => {
    // mov edx, [DATA + 4]; inc dword [edx]; ret, and a function that calls it
    const uses = [0x8b, 0x15, ...word(DATA + 4), 0xff, 0x02, 0xc3];
    const calls = (at: number) => [...load(7, at), 0xff, 0xd7, 0xc3];
    const page = [
      ...[...load(0, 192), ...load(3, 0), ...load(1, 4096), ...load(2, 3), ...load(6, 0x22)],
      // mov [DATA + 4], eax
      ...[...load(7, -1), ...load(5, 0), 0xcd, 0x80, 0xa3, ...word(DATA + 4)],
    ];
    const report = [0x8b, 0x15, ...word(DATA + 4), 0x8b, 0x02, ...REPORT]; // eax = what is there
    const main = (at: number) => {
      const code = [0xc7, 0x05, ...word(DATA + 4), ...word(DATA + 12)];
      const call = () => code.push(0xe8, ...word(at - (CODE + code.length + 5)));
      for (let n = 0; n < 2; n++) call();
      code.push(...page);
      for (let n = 0; n < 3; n++) call();
      return [...code, ...report];
    };
    const after = CODE + main(0).length;
    const end = after + calls(0).length;
    const guest = image([...main(after), ...calls(end), ...uses]);
    const interpreted = emulated(guest);
    const words = new DataView(interpreted.buffer, interpreted.byteOffset);
    expect([8, 12].map((at) => words.getInt32(at, true))).toEqual([3, 2]);
    expect(emulated(guest, { translations: new TranslationCache() })).toEqual(interpreted);
  });

  it('are looked for once, and after that called without the runner', () => {
    const remember = vi.spyOn(PointerCalls.prototype, 'remember');
    try {
      emulated(image(caller(5000, [], [ADD, MIX], true)), { translations: new TranslationCache() });
      expect(remember.mock.calls.length).toBe(2);
    } finally {
      remember.mockRestore();
    }
  });

  it('are found again when many are called in turn', () => {
    // Functions here and there: add dword [DATA], number; ret; some bytes.
    const dice = diceFrom(1);
    const functions = Array.from({ length: 128 }, (_, n) => [
      ...[0x83, 0x05, ...word(DATA), n, 0xc3],
      ...Array.from({ length: dice(100) }, () => 0x90),
    ]);
    // mov esi, 20,000; loop: mov ebx, esi; and ebx, 127; mov eax, [ebx * 4 + table]; call eax …
    const code = (table: number) => [
      ...[...load(6, 20_000), 0x89, 0xf3, 0x83, 0xe3, 127, 0x8b, 0x04, 0x9d, ...word(table)],
      ...[0xff, 0xd0, 0x4e, 0x0f, 0x85, ...word(-21), ...REPORT],
    ];
    let address = CODE + code(0).length;
    const table = functions.flatMap((one) => {
      address += one.length;
      return word(address - one.length);
    });
    const guest = image([...code(address), ...functions.flat(), ...table]);
    const remember = vi.spyOn(PointerCalls.prototype, 'remember');
    try {
      const translated = emulated(guest, { translations: new TranslationCache() });
      expect(translated).toEqual(emulated(guest));
      const found = remember.mock.calls.map(([target]) => target);
      // After a time the functions that are open are entered again, and the places found anew.
      expect(found.length).toBeGreaterThanOrEqual(functions.length);
      expect(found.length).toBeLessThan(3 * functions.length);
    } finally {
      remember.mockRestore();
    }
  });
});
