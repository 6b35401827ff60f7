// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * Guests that do something wrong: a message that says where, a signal for the parent, and never a
 * wrong result.
 */
import { MemoryFiles, MemoryHost } from '@stage0-ts/host/memory';
import { describe, expect, it } from 'vitest';
import { TranslationCache } from '../src/translate/cache.ts';
import { CODE, DATA, elf, exit, load, system, word } from './guest.ts';
import { MODES, machine, start } from './run.ts';

const hex = (value: number): string => `0x${value.toString(16).padStart(8, '0')}`;

/** Sixty functions: one call of the first would take 2^60 returns. */
const DOUBLING = Array.from({ length: 60 }, (_, at) =>
  at === 59 ? [0xc3] : [0xe8, ...word(6), 0xe8, ...word(1), 0xc3],
).flat();

/** Programs that run for ever, or nearly so. */
const ENDLESS: Readonly<Record<string, readonly number[]>> = {
  'a loop with two ways in': [0x85, 0xc0, 0x74, 0x01, 0x40, 0x43, 0xeb, 0xfc],
  'a loop that calls a short function': [0xe8, ...word(2), 0xeb, 0xf9, 0xc3],
  'a loop that calls by a pointer': [...load(0, CODE + 9), 0xff, 0xd0, 0xeb, 0xfc, 0xc3],
  'a jump by a pointer to itself': [...load(0, CODE + 5), 0xff, 0xe0],
  'a function that calls itself twice': [
    ...[...load(1, 60), 0xe8, ...word(0)], // mov ecx, 60; call what follows
    ...[0x49, 0x74, 0x0e], // dec ecx; je to the ret
    ...[0x51, 0xe8, ...word(-9), 0x59, 0x51, 0xe8, ...word(-16), 0x59, 0xc3],
  ],
  'sixty functions that call the next one twice': DOUBLING,
};

/** Repeated string instructions, of a million elements each time. */
const STRINGS: Readonly<Record<string, readonly number[]>> = {
  stosd: [0xf3, 0xab],
  movsd: [0xf3, 0xa5],
  'movsd, onto what is still to be read': [0x8d, 0x7e, 0x04, 0xf3, 0xa5], // lea edi, [esi + 4]
  scasd: [0x40, 0xf2, 0xaf], // inc eax
};

describe.each(MODES)('%s', (mode) => {
  it.each<[string, number[], number, RegExp]>([
    [
      'the null page',
      [0xa1, 0, 0, 0, 0],
      11,
      /outside of its memory|cannot read 4 bytes at 0x00000000/,
    ],
    ['memory far above', [0xa3, 0, 0, 0, 0xf0], 11, /outside|cannot write 4 bytes at 0xf0000000/],
    ['an unknown opcode', [0x0f, 0x0b], 4, /unknown instruction, at 0x08048054\n {2}bytes 0f 0b/],
    ['hlt', [0xf4], 11, /only a kernel may execute, at 0x08048054/],
    ['in', [0xe4, 0x80], 11, /only a kernel may execute/],
    ['lgdt', [0x0f, 0x01, 0x15, 0, 0, 0, 0], 11, /only a kernel may execute/],
    ['mov of a control register', [0x0f, 0x20, 0xc0], 11, /only a kernel may execute/],
    ['int3', [0xcc], 5, /a breakpoint/],
    ['int 3', [0xcd, 0x03], 5, /a breakpoint/],
    ['int1', [0xf1], 5, /a breakpoint/],
    ['an unknown interrupt', [0xcd, 0x21], 11, /interrupt 0x00000021, at 0x08048054/],
    ['a write through cs', [0x2e, 0xa3, ...word(DATA)], 11, /writes through cs/],
    ['a change through cs', [0x2e, 0x66, 0xff, 0x05, ...word(DATA)], 11, /writes through cs/],
    ['a read through gs', [0x65, 0xa1, ...word(DATA)], 11, /a segment that does not exist/],
    [
      'vectors',
      [0x0f, 0x58, 0xc1],
      4,
      /unknown instruction[\s\S]*hint: the machine has no vector instructions/,
    ],
    [
      'a sine',
      [0xd9, 0xee, 0xd9, 0xfe],
      4,
      /fsin is not supported: its result differs between processors[\s\S]*hint: a library/,
    ],
    [
      'a floating-point exception that is not masked',
      [
        ...[0x66, 0xc7, 0x05, ...word(DATA), 0x7b, 3, 0xd9, 0x2d, ...word(DATA)],
        ...[0xd9, 0xe8, 0xd9, 0xee, 0xde, 0xf9, 0x9b],
      ],
      8,
      /exception that is not masked, at 0x08048069/,
    ],
    [
      'division by zero',
      [0x31, 0xc9, 0xf7, 0xf1],
      8,
      /division by zero.*, at 0x08048056\n {2}bytes f7 f1/,
    ],
    ['a quotient that is too large', [...load(2, 5), ...load(1, 5), 0xf7, 0xf1], 8, /division/],
    [
      'idiv of the smallest number',
      [...load(0, 0x80000000), 0x99, ...load(1, -1), 0xf7, 0xf9],
      8,
      /division/,
    ],
    ['code that leaves its memory', [0xe9, 0, 0, 0, 0x70], 11, /no code at 0x78048059/],
    ['a jump to null', [0x31, 0xc0, 0xff, 0xe0], 11, /no code at 0x00000000/],
    ['stack overflow', [0x50, 0xeb, 0xfd], 11, /outside of its memory|cannot write 4 bytes/],
    ['endless recursion', [0xe8, ...word(-5)], 11, /outside of its memory|cannot write 4 bytes/],
  ])('%s', (_, code, signal, message) => {
    const ending = start(elf([...code, ...exit(0)]), mode);
    expect(ending.stderr).toMatch(message);
    expect(ending.stderr).toMatch(/^\/guest: error: /);
    expect(ending.stderr).toContain(' esp=0x');
    expect(ending.status).toEqual({ kind: 'killed', signal });
  });

  it.each<[string, number[], number]>([
    ['a read through cs', [0x2e, 0x8b, 0x1d, ...word(DATA)], 0],
    ['a register with cs before it', [...load(3, 7), 0x2e, 0x43], 8],
    ['ds after cs', [...load(0, 7), 0x2e, 0x3e, 0xa3, ...word(DATA), 0x8b, 0x1d, ...word(DATA)], 7],
    ['endbr32', [...load(3, 7), 0xf3, 0x0f, 0x1e, 0xfb], 7],
  ])('%s is not a fault', (_, code, status) => {
    const image = elf([...code, ...load(0, 1), 0xcd, 0x80]);
    expect(start(image, mode)).toMatchObject({ status: { kind: 'exited', status }, stderr: '' });
  });

  const END = DATA + 4096; // of the image: the heap begins here
  const lea = (address: number) => load(0, address); // mov eax, address
  it.each<[string, number[]]>([
    ['a read after the heap', [...lea(END), 0x8b, 0x00]],
    ['a read that begins in the heap', [...lea(END - 3), 0x8b, 0x00]],
    ['a byte after the heap', [...lea(END), 0x8a, 0x00]],
    ['a write after the heap', [...lea(END), 0x89, 0x00]],
    ['a write with two bytes in the heap', [...lea(END - 2), 0x89, 0x00]],
    ['a change after the heap', [...lea(END), 0xff, 0x00]],
    ['a read below the image', [...lea(0x08047ffd), 0x8b, 0x00]],
    ['a write below the image', [...lea(0x08047fff), 0x88, 0x00]],
    ['a constant address after the heap', [0xa1, ...word(END)]],
    ['a read above the stack', [0x8b, 0x84, 0x24, 0, 0x10, 0, 0]],
    ['a read with one byte above the stack', [...lea(0xffffdffd), 0x8b, 0x00]],
    ['a write below the stack', [...lea(0xff7fdffc), 0x89, 0x00]],
    ['a pop above the stack', [...load(4, 0xffffe000), 0x58]],
    ['a push below the stack', [...load(4, 0xff7fe000), 0x50]],
    ['a call with esp elsewhere', [...load(4, 0x1000), 0xe8, 0, 0, 0, 0]],
    [
      'a read of what brk gave back',
      [...system(45, END + 0x2000), ...system(45, END + 0x1000), ...lea(END + 0x1000), 0x8b, 0x00],
    ],
  ])('a hole is a hole: %s', (_, code) => {
    expect(start(elf([...code, ...exit(0)]), mode).status).toEqual({ kind: 'killed', signal: 11 });
  });

  it.each<[string, number[], number]>([
    ['the last word of the image', [...lea(END - 4), 0xc7, 0x00, ...word(7), 0x8b, 0x18], 7],
    ['the last byte', [...lea(END - 1), 0xc6, 0x00, 7, 0x0f, 0xb6, 0x18], 7],
    ['the first word of the stack', [...lea(0xff7fe000), 0xc7, 0x00, ...word(7), 0x8b, 0x18], 7],
    ['the last word of the stack', [...lea(0xffffdffc), 0xc7, 0x00, ...word(7), 0x8b, 0x18], 7],
    ['the first push', [...load(4, 0xff7fe004), 0x6a, 7, 0x5b], 7],
    ['the header of the file', [...lea(0x08048000), 0xc6, 0x00, 7, 0x0f, 0xb6, 0x18], 7],
    [
      'zeros where brk gives memory again',
      [
        ...[...system(45, END + 0x2000), ...lea(END + 0x1000), 0xc6, 0x00, 7],
        ...[...system(45, END + 0x1000), ...system(45, END + 0x2000)],
        ...[...lea(END + 0x1000), 0x8b, 0x18],
      ],
      0,
    ],
    // esp in the image, and a frame pointer into the image
    ['esp anywhere', [...load(4, END - 8), 0x6a, 7, 0xe8, 0, 0, 0, 0, 0x58, 0x5b], 7],
    ['ebp anywhere', [...load(5, END - 8), 0xc7, 0x45, 4, ...word(7), 0x8b, 0x5d, 4], 7],
  ])('what is there is there: %s', (_, code, status) => {
    const image = elf([...code, ...load(0, 1), 0xcd, 0x80]);
    expect(start(image, mode)).toMatchObject({ status: { kind: 'exited', status }, stderr: '' });
  });

  it('a segment that the end of the file cuts off is zero after it', () => {
    // mov ebx, [code + 16]
    const code = [0x8b, 0x1d, ...word(CODE + 16), ...load(0, 1), 0xcd, 0x80, 0, 0, 0, 7];
    const image = elf(code);
    new DataView(image.buffer).setUint32(68, image.length + 20, true);
    expect(start(image, mode).status).toEqual({ kind: 'exited', status: 7 });
  });

  it('an endless loop reaches the limit', () => {
    const run = machine(
      elf([0xeb, 0xfe]),
      undefined,
      options(mode, { instructionLimit: 5_000_000 }),
    );
    expect(() => run.run()).toThrow(
      expect.objectContaining({
        code: 'instruction-limit',
        message: expect.stringContaining(`at ${hex(CODE)}`),
      }),
    );
  });

  it('an endless loop can be stopped', () => {
    let asked = 0;
    const run = machine(
      elf([0xeb, 0xfe]),
      undefined,
      options(mode, { shouldStop: () => ++asked === 3 }),
    );
    expect(() => run.run()).toThrow(expect.objectContaining({ code: 'aborted' }));
    expect(asked).toBe(3);
  });

  it.each(Object.entries(ENDLESS))('%s can be stopped', (_, code) => {
    let asked = 0;
    const run = machine(elf(code), undefined, options(mode, { shouldStop: () => ++asked === 3 }));
    expect(() => run.run()).toThrow(expect.objectContaining({ code: 'aborted' }));
    expect(asked).toBe(3);
  });

  it.each(Object.entries(STRINGS))('elements of strings count: %s', (_, code) => {
    const [count, size] = [1_000_000, 4_000_000];
    const loop = [
      // mov esi, ebp; lea edi, [ebp + size]; xor eax, eax; mov ecx, count
      ...[0x89, 0xee, 0x8d, 0xbd, ...word(size), 0x31, 0xc0, ...load(1, count)],
      ...code,
    ];
    const run = machine(
      // brk; mov ebp, eax; lea ebx, [eax + 2 * size + 4]; brk
      elf([
        ...[...system(45), 0x89, 0xc5, 0x8d, 0x98, ...word(2 * size + 4), ...load(0, 45)],
        ...[0xcd, 0x80, ...loop, 0xe9, ...word(-loop.length - 5)],
      ]),
      undefined,
      options(mode, { instructionLimit: 4 * count }),
    );
    expect(() => run.run()).toThrow(expect.objectContaining({ code: 'instruction-limit' }));
  });

  it('a call to something that is not code is a fault, also when instructions are counted', () => {
    const code = [0xe8, ...word(0), 0x0f, 0x0b];
    const run = machine(elf(code), undefined, options(mode, { instructionLimit: 1000 }));
    expect(() => run.run()).toThrow(expect.objectContaining({ code: 'unknown-opcode' }));
  });

  it('what forks execute counts', () => {
    const code = [
      ...[...load(0, 2), 0xcd, 0x80, 0x85, 0xc0, 0x75, 0xf5], // fork; the parent forks again
      // The child: write a byte; mov ecx, 300000; dec ecx; jne
      ...[...system(4, 1, CODE, 1), ...load(1, 300_000), 0x49, 0x75, 0xfd, ...exit(0)],
    ];
    let forks = 0;
    const host = new MemoryHost({
      files: new MemoryFiles(),
      stdout: (bytes) => {
        forks += bytes.length;
        if (forks > 5) throw new Error('more than the limit');
      },
    });
    const run = machine(elf(code), host, options(mode, { instructionLimit: 3_000_000 }));
    expect(() => run.run()).toThrow(expect.objectContaining({ code: 'instruction-limit' }));
    expect(forks).toBeGreaterThan(0);
  });

  it('brk gives no more than the limit', () => {
    // brk of start + 1 MiB fails and returns the old end
    const code = [
      ...system(45, 0),
      // mov ebp, eax; mov ebx, eax; add ebx, 1 MiB
      ...[0x89, 0xc5, 0x89, 0xc3, 0x81, 0xc3, ...word(1 << 20)],
      ...[...load(0, 45), 0xcd, 0x80, 0x29, 0xe8, 0x93], // brk; sub eax, ebp; xchg ebx, eax
      ...[...load(0, 1), 0xcd, 0x80],
    ];
    const limits = { stackSize: 1 << 16, memoryLimit: 1 << 19 };
    const run = machine(elf(code), undefined, options(mode, limits));
    expect(run.run()).toEqual({ kind: 'exited', status: 0 });
  });
});

describe('the interpreter', () => {
  it('reports the writes that it was asked to watch', () => {
    const run = machine(elf([...load(0, 7), 0x50, 0x5b, ...load(0, 1), 0xcd, 0x80]));
    const writes: number[] = [];
    run.cpu.onWrite = (address, size) => writes.push(address, size);
    expect(run.next()).toMatchObject({ operation: 'mov', address: CODE, length: 5 });
    run.step();
    expect(run.registers[0]).toBe(7);
    expect(run.run(({ cpu }) => cpu.eip === CODE + 7)).toBeUndefined();
    expect(writes).toEqual([(run.registers[4] as number) - 4, 4]);
    expect(run.run()).toEqual({ kind: 'exited', status: 7 });
    expect(run.step()).toEqual({ kind: 'exited', status: 7 });
  });

  it('runs code that changes itself', () => {
    // twice: mov ebx, 1; first time round it is changed to mov ebx, 9
    const code = [
      ...[0xe8, 0x0f, 0, 0, 0], // call f
      ...[0xc6, 0x05, ...word(CODE + 21), 9], // mov byte [f + 1], 9
      ...[0xe8, 3, 0, 0, 0], // call f
      ...[0xb0, 1, 0x90], // mov al, 1; nop
      ...[0xbb, 1, 0, 0, 0], // f: mov ebx, 1
      0xc3,
    ];
    code.splice(17, 3, 0xeb, 0x07, 0x90);
    code.push(...load(0, 1), 0xcd, 0x80);
    code[18] = code.length - 7 - 19;
    expect(machine(elf(code)).run()).toEqual({ kind: 'exited', status: 9 });
    const translated = machine(elf(code), undefined, { translations: new TranslationCache() });
    expect(translated.run()).toEqual({ kind: 'exited', status: 9 });
  });

  it.each<[string, (image: Uint8Array) => void, RegExp]>([
    ['too short', () => {}, /ELF/],
    ['another architecture', (image) => image.fill(62, 18, 19), /i386/],
    ['no segment', (image) => image.fill(0, 52, 56), /nothing to load/],
    [
      'a segment outside the file',
      (image) => image.fill(0xff, 68, 70),
      /of the file, which ends at 106/,
    ],
  ])('refuses an image: %s', (name, spoil, message) => {
    const image = name === 'too short' ? new Uint8Array(20) : elf(exit(0));
    spoil(image);
    expect(() => machine(image)).toThrow(message);
    expect(() => start(image, 'interpret')).toThrow(expect.objectContaining({ code: 'ENOEXEC' }));
  });
});

function options(mode: (typeof MODES)[number], more: object): object {
  return mode === 'translate'
    ? { shouldStop: () => false, ...more, translations: new TranslationCache() }
    : more;
}
