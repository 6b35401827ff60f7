// SPDX-License-Identifier: GPL-3.0-or-later
/** The translator against the interpreter, block by block. */

import { MemoryFiles, MemoryHost } from '@stage0-ts/host/memory';
import { i386Engine } from '@stage0-ts/i386';
import { releaseFor } from '@stage0-ts/vectors/test-support';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { loadTree } from '../../stage0/src/node/load-tree.ts';
import { TranslationCache } from '../src/translate/cache.ts';
import { UNCOUNTED } from '../src/translate/dump.ts';
import { type EmittedProgram, emitProgram, translate } from '../src/translate/program.ts';
import { CODE, DATA, elf, exit, load, word } from './guest.ts';
import { diceFrom, dump, randomCode, randomStart } from './random-code.ts';
import { contentOf, emulated, lockstep, machine } from './run.ts';

/** Code that sets flags from eax and ecx. */
const PRODUCERS: Readonly<Record<string, readonly number[]>> = {
  'cmp eax, ecx': [0x39, 0xc8],
  'sub eax, ecx': [0x29, 0xc8],
  'add eax, ecx': [0x01, 0xc8],
  'test eax, ecx': [0x85, 0xc8],
  'and eax, ecx': [0x21, 0xc8],
  'or eax, ecx': [0x09, 0xc8],
  'cmp al, cl': [0x38, 0xc8],
  'test al, cl': [0x84, 0xc8],
  'neg eax': [0xf7, 0xd8],
  'inc eax': [0x40],
  'dec eax': [0x48],
  'shl eax, 3': [0xc1, 0xe0, 3],
  'shr eax, 3': [0xc1, 0xe8, 3],
  'sar eax, 3': [0xc1, 0xf8, 3],
};

const emptyHost = (): MemoryHost => new MemoryHost({ files: new MemoryFiles() });

describe('lockstep', () => {
  it('random code', () => {
    fc.assert(
      fc.property(fc.integer(), fc.integer({ min: 1, max: 25 }), (seed, count) => {
        const dice = diceFrom(seed);
        const code = [...randomStart(dice), ...randomCode(dice, count), ...dump(true), ...exit(0)];
        expect(lockstep(elf(code), emptyHost)).toBeGreaterThan(0);
        return true;
      }),
      { numRuns: Number(process.env['I386_RUNS'] ?? 300) },
    );
  });

  it.each(Object.entries(PRODUCERS))('every condition after %s', (_, producer) => {
    const values = [0, 1, 2, -1, -2, 0x7fffffff, -0x80000000];
    for (const a of values) {
      const code: number[] = [];
      for (const b of values) {
        for (let condition = 0; condition < 16; condition++) {
          // jcc +1; inc edi
          code.push(...load(0, a), ...load(1, b), ...producer, 0x70 + condition, 1, 0x47);
        }
      }
      expect(lockstep(elf([...code, ...exit(0)]), emptyHost)).toBeGreaterThan(112);
    }
  });

  it('a long block, which pushes more than is remembered, in few locals', () => {
    const code: number[] = [];
    for (let at = 0; at < 100; at++) {
      // mov eax, at; push eax; add [esp], ecx; mov ebx, [esp + 4·(at / 2)]; add ecx, ebx
      const near = Math.floor(at / 2) * 4;
      code.push(0xb8, ...word(at), 0x50, 0x01, 0x0c, 0x24, 0x8b, 0x9c, 0x24, ...word(near));
      code.push(0x01, 0xd9);
    }
    for (let at = 0; at < 100; at++) code.push(0x58 + (at % 3), 0x01, 0xc1); // pop; add ecx, eax
    code.push(...load(0, DATA), 0x89, 0x08, ...exit(0)); // mov [eax], ecx
    const image = elf(code);
    expect(lockstep(image, emptyHost)).toBeGreaterThan(0);
    const { emitted } = emitProgram(image, UNCOUNTED) as EmittedProgram;
    expect(Math.max(...emitted.map(({ locals }) => locals))).toBeLessThan(60);
  });

  it('a function of very many blocks', () => {
    // dec ecx; je +1; inc ebx, ten thousand times
    const part = [0x49, 0x74, 0x01, 0x43];
    const code = [...load(1, 5000), ...load(3, 0)];
    for (let n = 0; n < 10_000; n++) code.push(...part);
    const image = elf([...code, ...load(0, 1), 0xcd, 0x80]);
    const run = machine(image, emptyHost(), { translations: new TranslationCache() });
    expect(run.run()).toEqual({ kind: 'exited', status: 9999 & 0xff });
  });

  it('a function of very many calls, each of which leads to the next', () => {
    const count = 990;
    const code = load(3, 0);
    // call the function after the end, which is: inc ebx; ret
    for (let n = count; n > 0; n--) code.push(0xe8, ...word(n * 5 - 5 + 7));
    const image = elf([...code, ...load(0, 1), 0xcd, 0x80, 0x43, 0xc3]);
    const run = machine(image, emptyHost(), { translations: new TranslationCache() });
    expect(run.run()).toEqual({ kind: 'exited', status: count & 0xff });
  });

  it.each([100, 2000])('a loop with two ways in, around %i blocks', (count) => {
    // xor ebx, ebx; mov ecx, 3; test ecx, ecx; jne past the head: inc ebx; then test bl, 1; je +1;
    // inc ebx for each block; dec ecx; jne to the head
    const part = Array.from({ length: count }, () => [0xf6, 0xc3, 1, 0x74, 1, 0x43]).flat();
    const head = [0x31, 0xdb, ...load(1, 3), 0x85, 0xc9, 0x75, 1];
    const loop = [0x43, ...part, 0x49];
    const code = [...head, ...loop, 0x0f, 0x85, ...word(-(loop.length + 6)), ...load(0, 1)];
    const image = elf([...code, 0xcd, 0x80]);
    const limits = { translations: new TranslationCache(), instructionLimit: 1_000_000 };
    expect(machine(image, emptyHost(), limits).run()).toEqual(machine(image).run());
    expect(lockstep(image, emptyHost)).toBeGreaterThan(3 * count);
  });

  it('random functions, called in a loop, leave the same output', () => {
    fc.assert(
      fc.property(fc.integer(), fc.boolean(), (seed, inline) => {
        const image = elf(program(seed));
        const options = { translations: new TranslationCache(), inline };
        expect(emulated(image, options)).toEqual(emulated(image));
        expect(lockstep(image, emptyHost, ['guest'], inline)).toBeGreaterThan(10);
      }),
      { numRuns: Number(process.env['I386_RUNS'] ?? 100) },
    );
  });

  it('deep recursion: the interpreter takes over and gives back', () => {
    // f(n) = n == 0 ? 0 : 1 + f(n − 1), with n in ecx, and the result in eax
    const f = [
      ...[0x85, 0xc9, 0x75, 0x03, 0x31, 0xc0, 0xc3], // test ecx,ecx; jne +3; xor eax,eax; ret
      // push ecx; dec ecx; call f; pop ecx; inc eax; ret
      ...[0x51, 0x49, 0xe8, ...word(-14), 0x59, 0x40, 0xc3],
    ];
    const main = [...load(1, 100_000), 0xe8, ...word(7), 0x93, ...load(0, 1), 0xcd, 0x80];
    const code = [...main.slice(0, 6), ...word(main.length - 10), ...main.slice(10), ...f];
    const image = elf(code);
    const expected = { kind: 'exited', status: 100_000 & 0xff };
    for (const depthLimit of [0, 1, 7, 1000]) {
      const run = machine(image, emptyHost(), { translations: new TranslationCache(), depthLimit });
      expect(run.run()).toEqual(expected);
    }
    expect(machine(image).run()).toEqual(expected);
  });

  it('code that does not return where it was called from', () => {
    // call +0; pop ebx: the address; add ebx, n; push ebx; ret: to the exit
    const code = [
      ...[0xe8, 0, 0, 0, 0, 0x5b, 0x83, 0xc3, 0x08, 0x53, 0xc3, 0xf4, 0xf4],
      ...exit(33),
    ];
    const run = machine(elf(code), emptyHost(), { translations: new TranslationCache() });
    expect(run.run()).toEqual({ kind: 'exited', status: 33 });
  });

  it('code after data, as linkers and patches put it there: stores to the data are free', () => {
    const { code, data, size } = codeAroundData(5000);
    const program = translate(elf(code), UNCOUNTED);
    expect(program?.layout.gaps).toEqual([[data, data + size]]);
    // Every round of the loop is translated code.
    expect(lockstep(elf(code), emptyHost)).toBeGreaterThan(5000);
  });

  it.each(['before', 'after'])(
    'and a store to both data and code %s it changes the code',
    (side) => {
      const size = 2048;
      // jmp main; f: ret 0; data; g: mov eax, 7; ret; main: …
      const g = [...load(0, 7), 0xc3];
      const start = [0xe9, ...word(3 + size + g.length), 0xc2, 0, 0];
      const data = CODE + start.length;
      const call = (at: number, from: number): number[] => [0xe8, ...word(at - (from + 5))];
      const main = data + size + g.length;
      const calls = (from: number): number[] => [
        ...call(data - 3, from),
        ...call(data + size, from + 5),
      ];
      // f becomes ret 4, g becomes mov ebx, 7; ecx is 0, which the translator does not know.
      const [at, value] = side === 'before' ? [data - 2, 4] : [data + size - 3, 0xbb << 24];
      const store = [
        0x8b,
        0x0d,
        ...word(DATA),
        0x8d,
        0x99,
        ...word(at),
        0xc7,
        0x03,
        ...word(value),
      ];
      const before = [0x6a, 1, 0x6a, 2, 0x6a, 3, ...calls(main + 6), ...store];
      const after = [...load(0, 1), ...calls(main + before.length + 5), ...dump(false), ...exit(0)];
      const code = [...start, ...Array(size).fill(0), ...g, ...before, ...after];
      expect(translate(elf(code), UNCOUNTED)?.layout.gaps).toEqual([[data, data + size]]);
      const translated = emulated(elf(code), { translations: new TranslationCache() });
      expect(translated).toEqual(emulated(elf(code)));
    },
  );

  it('flow that cannot be structured: a jump into a loop', () => {
    const code = [
      ...load(1, 10), // mov ecx, 10
      ...load(3, 0),
      ...[0x85, 0xc9, 0x75, 0x01], // test ecx, ecx; jne into the middle
      ...[0x43], // loop: inc ebx
      ...[0x83, 0xc3, 0x02], // middle: add ebx, 2
      ...[0x49, 0x75, 0xf9], // dec ecx; jne loop
      ...load(0, 1),
      ...[0xcd, 0x80],
    ];
    expect(lockstep(elf(code), emptyHost)).toBeGreaterThan(10);
    const run = machine(elf(code), emptyHost(), { translations: new TranslationCache() });
    expect(run.run()).toEqual({ kind: 'exited', status: 29 });
  });
});

const root = releaseFor('hex1, made by the seed, makes hex2-0, in lockstep');

describe('lockstep of real tools', () => {
  it.runIf(root !== undefined)('hex1, made by the seed, makes hex2-0', () => {
    const tree = loadTree(root as string);
    const read = (path: string): Uint8Array => contentOf(tree, `/${path}`);
    const files = new MemoryFiles();
    files.writeFile('/seed', read('bootstrap-seeds/POSIX/x86/hex0-seed'), 0o755);
    files.writeFile('/hex1.hex0', read('x86/hex1_x86.hex0'), 0o644);
    const host = new MemoryHost({ files, engine: i386Engine({ mode: 'interpret' }) });
    host.run('/seed', ['seed', 'hex1.hex0', 'hex1'], []);
    const worlds: MemoryFiles[] = [];
    const blocks = lockstep(host.readFile('/hex1'), () => {
      const world = new MemoryFiles();
      world.writeFile('/in', read('x86/hex2_x86.hex1'), 0o644);
      worlds.push(world);
      return new MemoryHost({ files: world });
    }, ['hex1', 'in', 'out']);
    expect(blocks).toBeGreaterThan(100_000);
    const [first, second] = worlds.map((world) => world.get('/out'));
    expect(first).toEqual(second);
    expect(first).toMatchObject({ kind: 'file', mode: 0o700 });
  });
});

/** A loop of so many stores by a pointer to data that lies between two parts of the code. */
function codeAroundData(rounds: number): { code: number[]; data: number; size: number } {
  const size = 8192;
  const first = 5 + exit(0).length;
  const data = CODE + first;
  // lea ebx, [ecx + data]; mov [ebx], eax; dec ecx; jne
  const loop = [...load(1, rounds), 0x8d, 0x99, ...word(data), 0x89, 0x03, 0x49, 0x75, -11];
  const back = [...loop, 0xe9, ...word(-(size + first + loop.length))];
  const jump = [0xe9, ...word(first + size - 5)];
  return { code: [...jump, ...exit(0), ...Array(size).fill(0x11), ...back], data, size };
}

/** Three random functions and a main loop that calls them five times and dumps everything. */
function program(seed: number): number[] {
  const dice = diceFrom(seed);
  const bodies = [0, 1, 2].map(() => [...randomCode(dice, 2 + dice(10)), 0xc3]);
  const size = bodies.reduce((sum, body) => sum + body.length, 0);
  const main = [...randomStart(dice)];
  const starts: number[] = [];
  let at = 5;
  for (const body of bodies) {
    starts.push(at);
    at += body.length;
  }
  // jmp main; functions; main: push 5; loop: calls; dec [esp]; jne loop
  const code = [0xe9, ...word(size), ...bodies.flat(), ...main, 0x6a, 5];
  const loop = code.length;
  for (const start of starts) code.push(0xe8, ...word(start - (code.length + 5)));
  code.push(...dump(false), 0xff, 0x0c, 0x24);
  code.push(0x0f, 0x85, ...word(loop - (code.length + 6)));
  return [...code, ...dump(true), ...exit(0)];
}
