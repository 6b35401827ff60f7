// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * Small functions that are copied into their callers: which are, and that a copy does what a call
 * would, also where it returns to another address, faults, or is left in its middle.
 */
import { MemoryFiles, MemoryHost } from '@stage0-ts/host/memory';
import { describe, expect, it, vi } from 'vitest';
import { ESP } from '../src/registers.ts';
import type { CodeFunction } from '../src/translate/blocks.ts';
import { type Translation, TranslationCache } from '../src/translate/cache.ts';
import { discover, functionsOf } from '../src/translate/discover.ts';
import { inlineCalls } from '../src/translate/inline.ts';
import type { TranslatedProgram } from '../src/translate/program.ts';
import { type Draft, link, sizeOf } from './drafts.ts';
import { CODE, DATA, elf, exit, load, system, word } from './guest.ts';
import { emulated, lockstep, machine } from './run.ts';

const emptyHost = (): MemoryHost => new MemoryHost({ files: new MemoryFiles() });

const RET = 0xc3;
/** inc eax */
const INC = 0x40;

/** The functions with copies in them, by their numbers: the main one, and those of the drafts. */
function inlined(main: Draft, ...functions: Draft[]): { entries: number[]; code: CodeFunction[] } {
  const all = [main, ...functions];
  const bytes = Uint8Array.from(link(all));
  const entries = all.map((_, at) => CODE + link(all.slice(0, at).map(withoutCalls)).length);
  const code = { start: CODE, bytes, isConstant: true };
  const found = inlineCalls(discover(code, CODE, entries).functions, functionsOf(code));
  return { entries, code: entries.map((entry) => found.get(entry) as CodeFunction) };
}

/** As long as the draft. */
function withoutCalls(draft: Draft): Draft {
  return draft.flatMap((one) => (typeof one === 'number' ? [one] : [0, 0, 0, 0, 0]));
}

const kinds = ({ blocks }: CodeFunction): string[] =>
  [...blocks.values()].map(({ ending }) => ending.kind).sort();

describe('a function that is called', () => {
  it('is copied for each call, with what is copied into it', () => {
    const { code, entries } = inlined([{ call: 0 }, { call: 0 }, RET], [{ call: 1 }, RET], [RET]);
    const [main, caller] = code as [CodeFunction, CodeFunction];
    expect(kinds(caller)).toEqual(['come-back', 'enter', 'return']);
    expect(kinds(main).filter((kind) => kind === 'enter')).toHaveLength(4);
    expect(kinds(main)).not.toContain('call');
    // No two blocks are one, and each says by its key where it is.
    expect(main.blocks.size).toBe(3 + 2 * 3);
    expect([...main.blocks.keys()].filter((key) => (key | 0) === entries[2])).toHaveLength(2);
    for (const [key, { start, instructions }] of main.blocks) {
      expect([start, instructions[0]?.address]).toEqual([key, key | 0]);
    }
  });

  it.each<[string, Draft[]]>([
    ['calls itself', [[{ call: 0 }, RET]]],
    [
      'calls one that calls it',
      [
        [{ call: 1 }, RET],
        [{ call: 0 }, RET],
      ],
    ],
    ['is large, and called often', [[...Array(500).fill(INC), RET]]],
    ['does not return', [[0xeb, 0xfe]]],
    ['goes on by a pointer', [[0xff, 0xe0]]],
    ['calls by a pointer', [[0xff, 0xd0, RET]]],
    ['uses for a number what is a frame pointer there', [[0x89, 0xc5, RET]]], // mov ebp, eax
  ])('is not copied when it %s', (_, functions) => {
    // push ebp; mov ebp, esp; …; pop ebp; ret
    const main: Draft = [0x55, 0x89, 0xe5, { call: 0 }, { call: 0 }, { call: 0 }, 0x5d, RET];
    const { code } = inlined(main, ...functions);
    expect(kinds(code[0] as CodeFunction)).not.toContain('enter');
  });

  it('is copied into no function that is large', () => {
    const { code } = inlined([...Array(1000).fill(INC), { call: 0 }, RET], [RET]);
    expect(kinds(code[0] as CodeFunction)).toEqual(['call', 'return']);
  });
});

/** What the guest writes, the same in the interpreter and translated, with copies and without. */
function run(main: Draft, ...functions: Draft[]): number[] {
  const image = elf(link([main, ...functions]));
  const written = emulated(image);
  for (const inline of [true, false]) {
    expect(emulated(image, { translations: new TranslationCache(), inline })).toEqual(written);
    expect(lockstep(image, emptyHost, ['guest'], inline)).toBeGreaterThan(0);
  }
  return [...written];
}

/** mov [DATA], eax; write it; exit. */
const REPORT = [0xa3, ...word(DATA), ...system(4, 1, DATA, 4), ...exit(0)];

describe('a copy', () => {
  it('returns to another address when its function changes it', () => {
    // add [esp], 1: the caller's inc is passed over
    const skip = [0x83, 0x04, 0x24, 1, RET];
    expect(run([...load(0, 7), { call: 0 }, INC, INC, ...REPORT], skip)).toEqual(word(8));
  });

  it('gives flags to code that is returned to, also where it is left', () => {
    // stc; ret, and div by a step of the interpreter's: rcl
    const caller: Draft = [...load(0, 0), { call: 0 }, 0x83, 0xd0, 0, ...REPORT]; // adc eax, 0
    expect(run(caller, [0xf9, RET])).toEqual(word(1));
    expect(run(caller, [0xf9, 0xd1, 0xd0, 0xf9, RET])).toEqual(word(2));
    const skip: Draft = [...load(0, 0), { call: 0 }, INC, 0x83, 0xd0, 0, ...REPORT];
    expect(run(skip, [0xf9, 0x8d, 0x64, 0x24, 0, 0xff, 0x04, 0x24, 0xf9, RET])).toEqual(word(1));
  });

  it('takes its arguments from the stack, and moves it', () => {
    // mov eax, [esp + 4]; ret 4
    const take = [0x8b, 0x44, 0x24, 4, 0xc2, 4, 0];
    const main: Draft = [0x6a, 5, 0x6a, 6, { call: 0 }, 0x5b, 0x01, 0xd8, ...REPORT];
    expect(run(main, take)).toEqual(word(11));
    // pop ecx; pop eax; push ecx; ret: the same by hand
    expect(run(main, [0x59, 0x58, 0x51, RET])).toEqual(word(11));
    // mov ecx, [esp]; mov esp, another stack; push ecx; ret
    const move = [0x8b, 0x0c, 0x24, ...load(ESP, DATA + 1024), 0x51, RET];
    expect(run([{ call: 0 }, 0x89, 0xe0, ...REPORT], move)).toEqual(word(DATA + 1024));
  });

  it('faults where its function does', () => {
    const image = elf(
      link([
        [{ call: 0 }, ...REPORT],
        [0xa1, ...word(0x10), RET],
      ]),
    );
    const address = /at 0x[0-9a-f]+$/;
    const fault = (translations?: TranslationCache): unknown => {
      try {
        return machine(image, undefined, { translations }).run();
      } catch (error) {
        return address.exec(String(error).split('\n')[0] as string)?.[0];
      }
    };
    expect(fault(new TranslationCache())).toEqual(fault());
    expect(fault()).toBeTypeOf('string');
  });
});

it('are made when a program has run for long', () => {
  // A loop that counts 20,000 instructions each time: 100,000 million soon.
  const rare = Array(20_000).fill(0x90);
  const body: Draft = [{ call: 0 }, 0x85, 0xe4, 0x0f, 0x85, ...word(rare.length), ...rare, 0x49];
  const back = [0x0f, 0x85, ...word(-(sizeOf(body) + 6))]; // test esp, esp; jne; …; dec ecx; jne
  const image = elf(
    link([
      [...load(0, 0), ...load(1, 6_000_000), ...body, ...back, ...REPORT],
      [INC, RET],
    ]),
  );
  const newest = (counts: boolean): TranslatedProgram | undefined => {
    const translations = new TranslationCache();
    const get = vi.spyOn(translations, 'get');
    const shouldStop = counts ? () => false : undefined;
    const written = emulated(image, { translations, ...(shouldStop && { shouldStop }) });
    expect([...written]).toEqual(word(6_000_000));
    return (get.mock.results.at(0)?.value as Translation | undefined)?.newest;
  };
  // Without somebody who may stop it, nothing is counted.
  expect([true, false].map((counts) => newest(counts)?.needs.isLong)).toEqual([true, false]);
});
