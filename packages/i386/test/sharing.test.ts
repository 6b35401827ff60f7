// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * What processes leave for each other: decoded instructions, instances of modules, and memories.
 * Nobody can tell whether there was a process before.
 */
import { MemoryFiles } from '@stage0-ts/host/memory';
import { i386Engine } from '@stage0-ts/i386';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { TranslationCache } from '../src/translate/cache.ts';
import { webAssembly } from '../src/translate/platform.ts';
import { MemoryPool } from '../src/translate/pool.ts';
import { Zeros } from '../src/translate/zeros.ts';
import { CODE, DATA, elf, exit, load, system, word } from './guest.ts';
import { diceFrom } from './random-code.ts';
import { emulated, MODES } from './run.ts';
import { runInWorld } from './world.ts';

const PLATFORM = webAssembly() as NonNullable<ReturnType<typeof webAssembly>>;

/** `call f`, when `length` bytes of code come before it. */
const call = (length: number, f: number) => [0xe8, ...word(f - length - 5)];
const keep = (address: number) => [0xa3, ...word(address)];
/** mov eax, value; ret. */
const gives = (value: number) => [...load(0, value), 0xc3];

/**
 * Calls f, lets a fork call it, changes it through a pointer, lets another fork call it, and calls
 * it again. Writes what came back.
 */
function changingGuest(): Uint8Array {
  const code: number[] = [0xeb, 6, ...gives(7)]; // jmp over f
  const f = 2;
  const add = (...bytes: number[]) => code.push(...bytes);
  const fork = (status: number) => {
    add(...system(2), 0x85, 0xc0); // test eax, eax
    const child = [...call(code.length + 6, f), 0x89, 0xc3, ...load(0, 1), 0xcd, 0x80];
    add(0x0f, 0x85, ...word(child.length), ...child); // jnz
    add(...system(7, -1, status, 0));
  };
  add(...call(code.length, f), ...keep(DATA));
  fork(DATA + 4);
  add(0xc7, 0x05, ...word(DATA + 100), ...word(CODE + f + 1)); // mov [data + 100], f + 1
  add(0x8b, 0x1d, ...word(DATA + 100), 0xc6, 0x03, 9); // mov ebx, [data + 100]; mov byte [ebx], 9
  fork(DATA + 8);
  add(...call(code.length, f), ...keep(DATA + 12));
  add(...system(4, 1, DATA, 16), ...exit(0));
  return elf(code);
}

describe('a process that changes its code', () => {
  it.each(MODES)('is not seen by the next ones: %s', (mode) => {
    const files = new MemoryFiles();
    files.writeFile('/guest', changingGuest(), 0o755);
    const engine = i386Engine({ mode });
    const expected = [7, 7 << 8, 9 << 8, 9].flatMap((value) => word(value));
    for (let at = 0; at < 3; at++) {
      expect([...runInWorld({ files, engine }, '/guest', ['guest']).stdout]).toEqual(expected);
    }
  });
});

describe('the memory of a process that has ended', () => {
  afterEach(() => {
    vi.unstubAllGlobals();
  });

  it('has the instances of the programs that ran in it', () => {
    let made = 0;
    class Counted extends PLATFORM.Instance {
      constructor(...given: ConstructorParameters<typeof PLATFORM.Instance>) {
        super(...given);
        made++;
      }
    }
    const counting = Object.create(PLATFORM, { Instance: { value: Counted } });
    vi.stubGlobal('WebAssembly', counting);
    const shared = { translations: new TranslationCache(), memories: new MemoryPool() };
    const texts = ['ab', 'cd', 'ef', 'gh', 'ij'];
    const programs = texts.map((text) =>
      elf(
        [0xc7, 0x05, ...word(DATA), ...Buffer.from(`${text}\0\0`), ...system(4, 1, DATA, 2)].concat(
          exit(0),
        ),
      ),
    );
    const run = (at: number) => emulated(programs[at] as Uint8Array, shared).toString();
    expect(run(0)).toBe('ab');
    expect(run(1)).toBe('cd');
    const before = made;
    expect([run(0), run(1), run(0)]).toEqual(['ab', 'cd', 'ab']);
    expect(made).toBe(before);
    expect([2, 3, 4].map(run)).toEqual(['ef', 'gh', 'ij']);
    expect(made).toBe(before + 3);
    expect(run(1)).toBe('cd'); // one of five is not kept
    expect(made).toBe(before + 4);
    expect(run(0)).toBe('ab');
  });
});

describe('zeros', () => {
  it('are found and made, wherever the other bytes are', () => {
    const memory = new PLATFORM.Memory({ initial: 1, maximum: 1 });
    const zeros = new Zeros(memory);
    const bytes = new Uint8Array(memory.buffer);
    expect(zeros.firstUsed(0, bytes.length)).toBe(bytes.length);
    for (let seed = 0; seed < 2000; seed++) {
      const dice = diceFrom(seed);
      const [first, end] = [dice(bytes.length), dice(bytes.length + 1)];
      bytes[first] = 1 << dice(8);
      for (let more = dice(3); more > 0; more--) bytes[first + dice(bytes.length - first)] = 255;
      const found = zeros.firstUsed(0, end);
      const line = first - (first % 64);
      expect(found, `seed ${seed}`).toBe(line < end ? line : Math.ceil(end / 64) * 64);
      const rest = bytes.slice(Math.ceil(end / 64) * 64);
      zeros.clear(0, end);
      expect(bytes.subarray(0, end).every((byte) => byte === 0)).toBe(true);
      expect(Buffer.compare(bytes.subarray(bytes.length - rest.length), rest)).toBe(0);
      zeros.clear(0, bytes.length);
    }
  });
});
