// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * The deep part of the stack, which few programs come to: whatever writes there is noticed, so that
 * the next process with the memory finds zeros; and what comes there often is still translated.
 */
import { MemoryFiles, MemoryHost } from '@stage0-ts/host/memory';
import type { Machine, MachineOptions } from '@stage0-ts/i386';
import { describe, expect, it } from 'vitest';
import { TranslationCache } from '../src/translate/cache.ts';
import { MemoryPool } from '../src/translate/pool.ts';
import { DATA, elf, exit, load, place, system, word } from './guest.ts';
import { machine } from './run.ts';

const [ECX, EDX, EBX, ESI] = [1, 2, 3, 6] as const;
const MIB = 1 << 20;
/** mov ebp, esp; mov esp, ebx; …; mov esp, ebp. */
const onDeepStack = (...code: number[]) => [0x89, 0xe5, 0x89, 0xdc, ...code, 0x89, 0xec];
/** push 5; inc dword [esp]; dec ecx; jnz back to inc; pop eax. */
const LOOP = [0x6a, 5, 0xff, 0x04, 0x24, 0x49, 0x75, 0xfa, 0x58];
/** open "/in", to be descriptor 3. */
const OPEN = [...place(DATA, '/in'), ...system(5, DATA)];
/** A system call with ebx as it is in the second argument; ebx is kept in esi. */
const readTo = (count: number) => [
  ...[0x89, 0xde, 0x89, 0xd9, ...load(EBX, 3), ...load(EDX, count)], // mov esi, ebx; mov ecx, ebx
  ...[...load(0, 3), 0xcd, 0x80, 0x89, 0xf3],
];

/** What writes to where ebx points to, deep in the stack. ecx is 10, edi is ebx. */
const WRITES: Readonly<Record<string, readonly number[]>> = {
  'a store': [0x89, 0x0b],
  'a store of a byte': [0x88, 0x0b],
  'a store of a word, by esp': [...onDeepStack(0x66, 0x89, 0x0c, 0x24)],
  stosd: [0xab],
  movsd: [...load(ESI, DATA), 0xa5],
  'rep stosd': [...load(0, 0x07070707), 0xf3, 0xab], // bytes that are equal: at once
  'rep movsd': [...load(ESI, DATA - 64), 0xf3, 0xa5],
  'push and pop': onDeepStack(0x6a, 5, 0x58),
  'a call': onDeepStack(0xe8, ...word(0), 0x58), // call the next instruction; pop eax
  'a loop': onDeepStack(...LOOP),
  'floating point': [0xd9, 0xe8, 0xd9, 0x1b], // fld1; fstp dword [ebx]
  'an exchange': [0x87, 0x0b],
  'a read of many bytes': readTo(20),
  // The first one lets those after it stay in translated code.
  'reads of one byte': [
    ...[0x89, 0xde, ...system(3, 3, DATA + 64, 1), 0x89, 0xf3],
    ...readTo(1),
    0x43,
    ...readTo(1),
    0x43,
    ...readTo(1),
    0x43,
    ...readTo(1),
  ],
  'a fork': [
    ...[0x53, ...system(2), 0x5b], // push ebx; fork; pop ebx
    ...[0x85, 0xc0, 0x75, 2, 0x89, 0x0b], // test eax, eax; jnz +2; mov [ebx], ecx
  ],
};

/** Three times the same, as code is translated for a deep stack after the first; then shown. */
function guest(writes: readonly number[], depth: number): Uint8Array {
  const once = [
    ...[0x8d, 0x9c, 0x24, ...word(-depth)], // lea ebx, [esp - depth]
    ...[...load(ECX, 10), 0x89, 0xdf, ...writes],
  ];
  return elf([
    ...[...OPEN, ...once, ...once, ...once],
    ...[0x8d, 0x8c, 0x24, ...word(-depth - 64)], // lea ecx, [esp - depth - 64]
    ...[...load(EBX, 1), ...load(EDX, 128), ...load(0, 4), 0xcd, 0x80, ...exit(0)],
  ]);
}

interface Ran {
  readonly machine: Machine;
  readonly output: string;
}

/** Run a guest with the usual stack. */
function run(image: Uint8Array, options: Partial<MachineOptions> = {}): Ran {
  const files = new MemoryFiles();
  files.writeFile('/in', Buffer.from('what is read, in many bytes or in one'), 0o644);
  const parts: Uint8Array[] = [];
  const host = new MemoryHost({ files, stdout: (bytes) => parts.push(bytes.slice()) });
  const ran = machine(image, host, options);
  ran.run();
  return { machine: ran, output: Buffer.concat(parts).toString('latin1') };
}

/** Run it translated, and look at what it leaves. */
function leaves(
  image: Uint8Array,
  options: Partial<MachineOptions> = {},
): { output: string; isDeep: boolean; zeros: boolean } {
  const memories = new MemoryPool();
  const ran = run(image, { ...options, translations: new TranslationCache(), memories });
  const { isDeep, bytes } = ran.machine.memory;
  ran.machine.release();
  return { output: ran.output, isDeep, zeros: bytes.every((byte) => byte === 0) };
}

describe('the deep stack', () => {
  it.each(Object.entries(WRITES))('%s', (_, writes) => {
    for (const depth of [2 * MIB, 5 * MIB + 3, MIB - 8]) {
      const image = guest(writes, depth);
      const { output } = run(image);
      expect(output.length % 128).toBe(0); // a fork and its parent both show it
      const after = leaves(image);
      expect(Buffer.from(after.output, 'latin1')).toEqual(Buffer.from(output, 'latin1'));
      expect(after.zeros).toBe(true);
      expect(after.isDeep).toBe(true);
    }
  });

  it('is not there for a program that stays above it', () => {
    const image = guest(WRITES['a store'] as number[], MIB / 2);
    const after = leaves(image);
    expect(after.output).toBe(run(image).output);
    expect(after.isDeep).toBe(false);
    expect(after.zeros).toBe(true);
  });

  it('is noticed in a frame that is larger than the rest of a small stack', () => {
    const f = [
      ...[0x55, 0x89, 0xe5, 0x8b, 0x9d, ...word(0x1000)], // push ebp; mov ebp, esp; mov ebx, far up
      ...[0x89, 0x85, ...word(-0x7f00), 0x5d, 0xc3], // mov [ebp-32512], eax; pop ebp; ret
    ];
    const room = [0x81, 0xec, ...word(0x2000)]; // sub esp, 8192
    const call = [0xe8, ...word(exit(0).length)];
    const image = elf([...load(0, 7), ...room, ...call, ...exit(0), ...f]);
    const after = leaves(image, { stackSize: 1 << 18 });
    expect(after.isDeep).toBe(true);
    expect(after.zeros).toBe(true);
  });

  it('is used by deep recursion, by translated code', () => {
    // f: dec eax; jz +17; sub esp, 1000; call f; add esp, 1000; ret
    const f = [
      0x48,
      0x74,
      17,
      0x81,
      0xec,
      ...word(1000),
      0xe8,
      ...word(-14),
      0x81,
      0xc4,
      ...word(1000),
    ];
    const call = [...load(0, 6000), 0xe8, ...word(20)];
    const end = [0x89, 0xc3, ...load(0, 1), 0xcd, 0x80];
    const code = [...call, ...end, ...new Array(20 - end.length).fill(0x90), ...f, 0xc3];
    const after = leaves(elf(code));
    expect(after.isDeep).toBe(true);
    expect(after.zeros).toBe(true);
  });
});
