// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * Flags that live on over calls and jumps, beside those that only the interpreter changes. In
 * translated code the six of arithmetic are in a local, but only where somebody reads them later;
 * the others are in their cell alone. Nothing of this may be seen.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { TranslationCache } from '../src/translate/cache.ts';
import { type Draft, link } from './drafts.ts';
import { DATA, elf, exit, load, word } from './guest.ts';
import { type Dice, diceFrom, dump } from './random-code.ts';
import { emulated, machine } from './run.ts';

type Code = readonly number[];

const [EAX, ECX, EBX, ESP, EBP, EDI] = [0, 1, 3, 4, 5, 7];
/** An address of the stack, and one that is not: there the interpreter takes over at each guard. */
const STACKS = [0xffffe000 - 0x1800, DATA + 2048];
/** Bits of popf that arithmetic leaves alone: none, direction, nested task, both, and all CPUID. */
const KEPT = [0x0, 0x400, 0x4000, 0x4400, 0x200000];

const SETS: readonly Code[] = [
  [0x39, 0xc8], // cmp eax, ecx
  [0x01, 0xc8], // add eax, ecx
  [0x85, 0xc0], // test eax, eax
  [0x41], // inc ecx: keeps the carry
  [0x48], // dec eax
  [0xd1, 0xe0], // shl eax, 1
  [0x9e], // sahf
  [0xa9, ...word(1), 0x74, 1, 0x48], // test eax, 1; je +1; dec eax: two ways meet
];

const KEEPS: readonly Code[] = [
  [],
  [0x52, 0x5a], // push edx; pop edx
  [0xbf, ...word(DATA + 1024), 0xaa], // mov edi, data; stosb
  // mov edi, data; mov ecx, 9; rep stosb
  [0xbf, ...word(DATA + 1200), 0xb9, ...word(9), 0xf3, 0xaa],
  [0x89, 0x05, ...word(DATA + 512)], // mov [data], eax
  [0xfd], // std
  [0xfc], // cld
];

const READS: readonly Code[] = [
  [0x72, 1, 0x40], // jc +1; inc eax
  [0x7e, 2, 0x89, 0xc1], // jle +2; mov ecx, eax
  [0x0f, 0x94, 0xc2], // sete dl
  [0x11, 0xc8], // adc eax, ecx
  [0x9f], // lahf
  [0x9c, 0x5a], // pushf; pop edx
  [0x9c, 0x9d], // pushf; popf
  [0xd1, 0xd8], // rcr eax, 1
];

function pick<Item>(dice: Dice, list: readonly Item[]): Item {
  return list[dice(list.length)] as Item;
}

const FUNCTIONS = 4;

/** Code that sets flags, leaves them, and reads them, each sometimes in a function. */
function statement(dice: Dice, self: number): Draft {
  const part = (list: readonly Code[]): Draft =>
    self + 1 < FUNCTIONS && dice(3) === 0
      ? [{ call: self + 1 + dice(FUNCTIONS - self - 1) }]
      : [...pick(dice, list)];
  return [SETS, KEEPS, READS].flatMap((list) => part(list));
}

function statements(dice: Dice, self: number): Draft {
  return Array.from({ length: 1 + dice(4) }, () => statement(dice, self)).flat();
}

/** A function may begin with a reader, or end with flags that its caller reads. */
function functionOf(dice: Dice, self: number): Draft {
  const [first, last] = [dice(2) === 0 ? READS : KEEPS, dice(2) === 0 ? SETS : KEEPS];
  const body = dice(3) === 0 ? [] : statements(dice, self);
  return [...pick(dice, first), ...body, ...pick(dice, last), 0xc3];
}

function program(seed: number): number[] {
  const dice = diceFrom(seed);
  const start = [
    ...[load(ESP, pick(dice, STACKS)), load(EBP, DATA), load(EDI, DATA + 1024)].flat(),
    ...[load(EAX, dice(1 << 30)), load(ECX, dice(1 << 30))].flat(),
    ...[0x68, ...word(pick(dice, KEPT) | 2), 0x9d, 0x39, 0xc8], // push; popf; cmp eax, ecx
  ];
  const main = [...start, ...statements(dice, -1), 0x39, 0xc8, ...dump(true), ...exit(0)];
  const functions = Array.from({ length: FUNCTIONS }, (_, self) => functionOf(dice, self));
  return link([main, ...functions]);
}

describe('flags', () => {
  it('are those of a function that returns elsewhere, where its caller reads none', () => {
    // add [esp], ebx; cmp eax, ecx; ret: returns ebx bytes further
    const callee = [0x01, 0x1c, 0x24, 0x39, 0xc8, 0xc3];
    const main: Draft = [
      ...[load(ESP, STACKS[0] as number), load(EAX, 5), load(ECX, 6), load(EBX, 0)].flat(),
      ...[{ call: 0 }, 0x75, 1, 0xf4], // jne +1; hlt
      ...[load(ECX, 5), load(EBX, 2)].flat(),
      ...[{ call: 0 }, 0x85, 0xdb, 0x74, 1, 0xf4], // test ebx, ebx is passed over; je +1; hlt
      ...exit(3),
    ];
    const image = elf(link([main, callee]));
    for (const translations of [undefined, new TranslationCache()]) {
      expect(machine(image, undefined, { translations }).run()).toEqual({
        kind: 'exited',
        status: 3,
      });
    }
  });

  it.each([
    { depthLimit: undefined, inline: true },
    { depthLimit: undefined, inline: false },
    { depthLimit: 0, inline: false },
  ])('are the same in random functions, %o', (how) => {
    fc.assert(
      fc.property(fc.integer(), (seed) => {
        const image = elf(program(seed));
        const options = { translations: new TranslationCache(), ...how };
        expect(emulated(image, options)).toEqual(emulated(image));
      }),
      { numRuns: Number(process.env['I386_RUNS'] ?? 200) },
    );
  });
});
