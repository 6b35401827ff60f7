// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * Heads of loops that the interpreter is in: translated code takes over there, whatever is on top
 * of the stack, and gives the flags that the callers of the loop's function read.
 */
import { describe, expect, it } from 'vitest';
import { ESI } from '../src/registers.ts';
import type { CodeFunction } from '../src/translate/blocks.ts';
import { TranslationCache } from '../src/translate/cache.ts';
import { discover } from '../src/translate/discover.ts';
import { frameRegisters } from '../src/translate/frame-pointers.ts';
import { CODE, DATA, elf, exit, load, system, word } from './guest.ts';
import { emulated, machine, SMALL } from './run.ts';

const ROUNDS = 20_000;
/** The interpreter's share: what comes before, and the loop until it is worth a translation. */
const MOST_INTERPRETED = 4000;

/** mov [DATA], eax; write it; exit. */
const REPORT = [0xa3, ...word(DATA), ...system(4, 1, DATA, 4), ...exit(0)];

/** mov esi, ROUNDS; head: inc eax; dec esi; jne head. */
const LOOP = [...load(6, ROUNDS), 0x40, 0x4e, 0x75, 0xfc];

/** What the guest writes in the interpreter; how often that interprets when it is translated. */
function run(code: readonly number[]): { written: number; interpreted: number } {
  const guest = elf(code);
  const written = emulated(guest);
  expect(emulated(guest, { translations: new TranslationCache() })).toEqual(written);
  const translated = machine(guest, undefined, { ...SMALL, translations: new TranslationCache() });
  translated.run();
  const view = new DataView(written.buffer, written.byteOffset);
  return { written: view.getInt32(0, true), interpreted: translated.cpu.executed };
}

/**
 * Code at an offset that lets the interpreter go on after it, as its ret does not return: push the
 * address of what follows, less one; inc [esp]; ret. The translator sees what follows only if there
 * is a jump to it, too: je over the ret.
 */
const toInterpreter = (at: number, isSeen: boolean): number[] => [
  ...[0x68, ...word(CODE + at + (isSeen ? 10 : 8)), 0xff, 0x04, 0x24],
  ...(isSeen ? [0x74, 1, 0xc3] : [0xc3]),
];

describe('a loop that the interpreter is in', () => {
  it('is entered when the top of the stack looks like an address where flags are read', () => {
    // xor eax, eax; push address of the end; …; pop ebx; report; sbb eax, eax; ret
    const code = (end: number) => [
      ...[...toInterpreter(0, false), 0x31, 0xc0, 0x68, ...word(end), ...LOOP, 0x5b, ...REPORT],
    ];
    const end = CODE + code(0).length;
    const { written, interpreted } = run([...code(end), 0x19, 0xc0, 0xc3]);
    expect(written).toBe(ROUNDS);
    expect(interpreted).toBeGreaterThan(1000);
    expect(interpreted).toBeLessThan(MOST_INTERPRETED);
  });

  it('is entered when a function has returned whose caller read flags', () => {
    // call a function; sbb eax, eax; inc eax; loop; report; the function: stc; ret
    const rest = [0x19, 0xc0, 0x40, ...LOOP, ...REPORT];
    const call = [0xe8, ...word(rest.length)];
    const { written, interpreted } = run([
      ...[...toInterpreter(0, false), ...call, ...rest, 0xf9, 0xc3],
    ]);
    expect(written).toBe(ROUNDS);
    expect(interpreted).toBeGreaterThan(1000);
    expect(interpreted).toBeLessThan(MOST_INTERPRETED);
  });

  /** A function with the loop, which says by its carry, with cmc or without, what it found. */
  const inFunction = (isSeen: boolean, pushed: readonly number[], change: readonly number[]) => {
    const start = toInterpreter(0, isSeen);
    // call; sbb ecx, ecx; add eax, ecx
    const head = [0xe8, ...word(4 + REPORT.length), 0x19, 0xc9, 0x01, 0xc8, ...REPORT];
    const at = start.length + head.length;
    return [
      ...[...start, ...head, 0x31, 0xc0, ...toInterpreter(at + 2, true)],
      ...[...pushed, ...LOOP, ...pushed.map(() => 0x5b), 0xf9, ...change, 0xc3],
    ];
  };

  describe.each([
    ['nothing', []],
    ['two words', [0x50, 0x50]],
  ])('gives flags that are read after its function returns, with %s pushed', (_, pushed) => {
    it.each([
      ['in translated code', true],
      ['in the interpreter', false],
    ])('%s', (_where, isSeen) => {
      const set = run(inFunction(isSeen, pushed, []));
      const cleared = run(inFunction(isSeen, pushed, [0xf5]));
      expect([set.written, cleared.written]).toEqual([ROUNDS - 1, ROUNDS]);
      const least = Math.min(set.interpreted, cleared.interpreted);
      // What nobody knew of when the loop was translated is not given: so that is not entered.
      expect(least < MOST_INTERPRETED).toBe(isSeen);
      expect(least).toBeGreaterThan(1000);
    });
  });
});

it('a loop reaches variables by the register that its function has set before', () => {
  const entry = [0x89, 0xe6, 0x83, 0xec, 0x04]; // mov esi, esp; sub esp, 4
  const loop = [0xff, 0x4e, 0xfc, 0x75, 0xfb, 0x89, 0xf4, 0xc3]; // dec [esi-4]; jne; mov esp, esi
  const bytes = Uint8Array.from([...entry, ...loop]);
  const head = CODE + entry.length;
  const { functions } = discover({ start: CODE, bytes, isConstant: true }, CODE, [head]);
  const part = functions.get(head) as CodeFunction;
  expect([...part.blocks.keys()]).not.toContain(CODE);
  expect(frameRegisters(part)).toEqual(frameRegisters(functions.get(CODE) as CodeFunction));
  expect(frameRegisters(part)).toContain(ESI);
});
