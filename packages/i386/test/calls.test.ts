// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * Functions that call each other as M2-Planet makes them, and do what the translator does not
 * expect: a callee changes the frame pointer that its caller has saved, returns with another esp,
 * or takes more from the stack than an address; and jumps lead into the middle of loops. Registers
 * and the whole stack, below esp as well, must be as the interpreter leaves them.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { TranslationCache } from '../src/translate/cache.ts';
import { type Draft, link, sizeOf } from './drafts.ts';
import { DATA, elf, exit, load, system, word } from './guest.ts';
import { type Dice, diceFrom, dump } from './random-code.ts';
import { emulated } from './run.ts';

const STACK = 0xffffe000 - 0x1800;
const STACK_DUMP = 2048;
const FUNCTIONS = 5;
const [EAX, ECX, ESP, EBP, EDI] = [0, 1, 4, 5, 7];

/**
 * push edi; push ebp; mov edi, esp; push eax; mov ebp, edi; call; …; pop ebp; pop edi: sometimes
 * with a second argument, or by a pointer.
 */
function callOf(dice: Dice, callee: number, afterwards: readonly number[]): Draft {
  // push ecx, and pop ebx afterwards
  const [push, pop] = dice(8) === 0 ? [[0x51], [0x5b]] : [[], []];
  const before = [0x57, 0x55, 0x89, 0xe7, 0x50, ...push, 0x89, 0xfd];
  const call: Draft = dice(4) === 0 ? [0xb9, { address: callee }, 0xff, 0xd1] : [{ call: callee }];
  return [...before, ...call, ...pop, ...afterwards, 0x5d, 0x5f];
}

const POP_ARGUMENT = [0x5b];
/** add eax, [ebp - 4]; pop ebx: with the frame pointer that the callee has left. */
const USE_FRAME = [0x03, 0x45, 0xfc, 0x5b];
/** mov eax, [esp + 4]; push eax; mov esp, edi: the callee may have moved esp. */
const RESET_STACK = [0x8b, 0x44, 0x24, 0x04, 0x50, 0x89, 0xfc];

/** Code that sets registers from the frame and each other, or stores to the argument. */
const PLAIN: readonly (readonly number[])[] = [
  [0x8b, 0x45, 0xfc], // mov eax, [ebp - 4]
  [0x03, 0x45, 0x00], // add eax, [ebp]
  [0x89, 0x45, 0xfc], // mov [ebp - 4], eax
  [0x8b, 0x4d, 0x04], // mov ecx, [ebp + 4]
  [0x01, 0xc8], // add eax, ecx
  [0x50, 0x59], // push eax; pop ecx
  [0x50, 0x01, 0xc8, 0x5b, 0x31, 0xd8], // push eax; add eax, ecx; pop ebx; xor eax, ebx
  [0x55, 0x8b, 0x45, 0xfc, 0x5d], // push ebp; mov eax, [ebp - 4]; pop ebp
  // mov [ebp - 4], eax; add eax, [esp + 4]; mov [esp + 4], ecx; sub eax, [ebp - 4]: maybe one word
  [0x89, 0x45, 0xfc, 0x03, 0x44, 0x24, 4, 0x89, 0x4c, 0x24, 4, 0x2b, 0x45, 0xfc],
  // mov [place], ebp; mov ecx, [place]; mov eax, [ebp - 4]; push eax; mov [ecx - 4], ebx;
  // add eax, [ebp - 4]; pop ebx
  [
    ...[0x89, 0x2d, ...word(DATA + 512), 0x8b, 0x0d, ...word(DATA + 512), 0x8b, 0x45, 0xfc, 0x50],
    ...[0x89, 0x59, 0xfc, 0x03, 0x45, 0xfc, 0x5b],
  ],
  // mov [place], esp; push eax; mov ecx, [place]; mov [ecx - 4], ebx; pop eax
  [0x89, 0x25, ...word(DATA + 512), 0x50, 0x8b, 0x0d, ...word(DATA + 512), 0x89, 0x59, 0xfc, 0x58],
  [0x50, 0x88, 0x0c, 0x24, 0x59], // push eax; mov [esp], cl; pop ecx
  [0x50, 0x66, 0x89, 0x4c, 0x24, 2, 0x59], // push eax; mov [esp + 2], cx; pop ecx
  [0x99, 0x83, 0xc9, 0x01, 0xf7, 0xf9], // cdq; or ecx, 1; idiv ecx
];

/** Code that uses a function's own variables, which esi is the frame of. */
const OWN: readonly (readonly number[])[] = [
  [0x89, 0x46, 0xfc, 0x03, 0x46, 0xfc], // mov [esi - 4], eax; add eax, [esi - 4]
  [0x8d, 0x5e, 0xf8, 0x89, 0x03, 0x03, 0x46, 0xf8], // lea ebx, [esi - 8]; mov [ebx], eax; add …
];
/** push esi; mov esi, esp; sub esp, 8, and mov esp, esi; pop esi. */
const [OPEN, CLOSE] = [
  [0x56, 0x89, 0xe6, 0x83, 0xec, 0x08],
  [0x89, 0xf4, 0x5e],
];

/** What a callee does to the frame pointer that its caller has saved, at [esp + 8]. */
const EVIL: readonly (readonly number[])[] = [
  [0xc7, 0x44, 0x24, 0x08, ...word(STACK + 128)], // mov [esp + 8], another place in the stack
  [0xc7, 0x44, 0x24, 0x08, ...word(DATA + 2048)], // and one that is not there
  [0xff, 0x74, 0x24, 0x08, 0x8f, 0x44, 0x24, 0x08], // push [esp + 8]; pop [esp + 8]
  [0x83, 0xc5, 0x10], // add ebp, 16
];

/** Ends of a function after which esp is elsewhere. */
const ODD_RETURNS: readonly (readonly number[])[] = [
  [0xc2, 4, 0], // ret 4
  [0xa8, 1, 0x74, 3, 0xc2, 4, 0, 0xc3], // test al, 1; je +3; ret 4; ret
  [0x59, 0x83, 0xec, 0x08, 0x51, 0xc3], // pop ecx; sub esp, 8; push ecx; ret
  // mov ecx, [esp]; sub esp, 8; mov [esp], ecx; ret
  [0x8b, 0x0c, 0x24, 0x83, 0xec, 0x08, 0x89, 0x0c, 0x24, 0xc3],
  // mov ecx, [esp]; add esp, 4; mov [esp], ecx; ret
  [0x8b, 0x0c, 0x24, 0x83, 0xc4, 0x04, 0x89, 0x0c, 0x24, 0xc3],
  [0x59, 0x5b, 0x51, 0xc3], // pop ecx; pop ebx; push ecx; ret
  [0x59, 0xff, 0xe1], // pop ecx; jmp ecx
];

/** mov ecx, [esp]; sub esp, 4; mov [esp], ecx; mov ecx, function; jmp ecx */
function oddJump(callee: number): Draft {
  const move = [0x8b, 0x0c, 0x24, 0x83, 0xec, 0x04, 0x89, 0x0c, 0x24];
  return [...move, 0xb9, { address: callee }, 0xff, 0xe1];
}

function pick<Item>(dice: Dice, list: readonly Item[]): Item {
  return list[dice(list.length)] as Item;
}

interface Made {
  readonly draft: Draft;
  readonly isOdd: boolean;
}

/** One statement: plain code, or a call of one of the functions after `self`. */
function statement(dice: Dice, self: number, made: readonly (Made | undefined)[]): Draft {
  if (dice(5) === 0) return [...OPEN, ...pick(dice, OWN), ...pick(dice, OWN), ...CLOSE];
  if (dice(3) !== 0 || self + 1 >= FUNCTIONS) return [...pick(dice, PLAIN)];
  const callee = self + 1 + dice(FUNCTIONS - self - 1);
  const isOdd = made[callee]?.isOdd === true;
  const plain = dice(2) === 0 ? USE_FRAME : POP_ARGUMENT;
  const call = callOf(dice, callee, isOdd || dice(4) === 0 ? RESET_STACK : plain);
  // Variables of its own may live over a call.
  return dice(3) === 0 ? [...OPEN, ...call, ...pick(dice, OWN), ...CLOSE] : call;
}

function statements(
  dice: Dice,
  self: number,
  made: readonly (Made | undefined)[],
  count: number,
): Draft {
  return Array.from({ length: count }, () => statement(dice, self, made)).flat();
}

/**
 * A loop that runs twice, which is entered at its head, or in its middle if al is odd; and there
 * may be another in it.
 */
function oddLoop(
  dice: Dice,
  self: number,
  made: readonly (Made | undefined)[],
  counter: number,
): Draft {
  const at = word(DATA + 4 * counter);
  const first = statements(dice, self, made, 1 + dice(2));
  const inner = dice(3) === 0 ? oddLoop(dice, self, made, counter + FUNCTIONS) : [];
  const second = [...inner, ...statements(dice, self, made, 1 + dice(2))];
  const enter = [0xc7, 0x05, ...at, ...word(2), 0xa8, 1, 0x0f, 0x85, ...word(sizeOf(first))];
  const body: Draft = [...first, ...second, 0xff, 0x0d, ...at];
  return [...enter, ...body, 0x0f, 0x85, ...word(-(sizeOf(body) + 6))];
}

function functionOf(dice: Dice, self: number, made: readonly (Made | undefined)[]): Made {
  const isOdd = self > 0 && dice(3) === 0;
  const draft: Draft = [];
  if (self > 0 && dice(3) === 0) draft.push(...pick(dice, EVIL));
  for (let n = 1 + dice(4); n > 0; n--) {
    if (dice(3) === 0) draft.push(...oddLoop(dice, self, made, self));
    else draft.push(...statement(dice, self, made));
  }
  if (isOdd && self + 1 < FUNCTIONS && dice(4) === 0) draft.push(...oddJump(self + 1));
  return { draft: [...draft, ...(isOdd ? pick(dice, ODD_RETURNS) : [0xc3])], isOdd };
}

function program(seed: number): number[] {
  const dice = diceFrom(seed);
  const made: (Made | undefined)[] = Array(FUNCTIONS).fill(undefined);
  for (let self = FUNCTIONS - 1; self >= 0; self--) made[self] = functionOf(dice, self, made);
  const start = [
    ...[load(ESP, STACK), load(EBP, STACK + 64), load(EDI, STACK + 96)].flat(),
    ...load(EAX, dice(1 << 30)),
    ...load(ECX, dice(1 << 30)),
  ];
  // cmp eax, eax, as the flags after a call are not compared.
  const end = [
    ...[0x39, 0xc0],
    ...dump(true),
    ...system(4, 1, STACK - STACK_DUMP, STACK_DUMP + 256),
    ...exit(0),
  ];
  const calls = [POP_ARGUMENT, RESET_STACK].flatMap((then) => callOf(dice, 0, then));
  const main: Draft = [...start, ...calls, ...end];
  const drafts = [main, ...made.map((one) => one?.draft ?? [])];
  return link(drafts);
}

const RUNS = { numRuns: Number(process.env['I386_RUNS'] ?? 60) };

describe('calls', () => {
  it('random ones leave the same registers and memory', () => {
    fc.assert(
      fc.property(fc.integer(), (seed) => {
        const image = elf(program(seed));
        const written = emulated(image);
        for (const inline of [true, false]) {
          const options = { translations: new TranslationCache(), inline };
          expect(emulated(image, options)).toEqual(written);
        }
      }),
      RUNS,
    );
  });

  it('take no constant address for a word of the stack', () => {
    // Each is where nothing is; push eax; mov eax, [address]; pop ecx; ret
    for (let root = 0; root < 8; root++) {
      const address = (root + 1) * 0x10000 - 4;
      const callee = [0x50, 0xa1, ...word(address), 0x59, 0xc3];
      const image = elf(link([[...load(ESP, STACK), { call: 0 }, ...exit(0)], callee]));
      const run = (translations?: TranslationCache): void => {
        emulated(image, translations && { translations });
      };
      expect(run).toThrow(/read/);
      expect(() => run(new TranslationCache())).toThrow(/read/);
    }
  });

  it('by a pointer, of one that takes its argument from the stack', () => {
    // mov ecx, function; push 5; push 6; call ecx; mov eax, [esp]; pop ecx; ret
    const caller: Draft = [
      ...[0xb9, { address: 1 }, 0x6a, 5, 0x6a, 6, 0xff, 0xd1],
      ...[0x8b, 0x04, 0x24, 0x59, 0xc3],
    ];
    const end = [0x50, ...system(4, 1, STACK - 4, 4), ...exit(0)]; // push eax; write it
    const main: Draft = [...load(ESP, STACK), { call: 0 }, { call: 0 }, ...end];
    const image = elf(link([main, caller, [0xc2, 4, 0]]));
    const translated = emulated(image, { translations: new TranslationCache() });
    expect([...translated]).toEqual(word(5));
    expect(translated).toEqual(emulated(image));
  });

  it('random ones do so with a small limit of depth, too', () => {
    fc.assert(
      fc.property(fc.integer(), fc.integer({ min: 0, max: 2 }), (seed, depthLimit) => {
        const image = elf(program(seed));
        const options = { translations: new TranslationCache(), depthLimit, inline: false };
        expect(emulated(image, options)).toEqual(emulated(image));
      }),
      RUNS,
    );
  });
});

it('a frame pointer that a call keeps, before code with another guard', () => {
  // push ebp; mov ebp, esp; sub esp, 64; and esp, -16; mov [ebp-8], eax; call the last function;
  // mov [ebp-60], eax; mov [DATA], ebp; leave; ret
  const before = [0x55, 0x89, 0xe5, 0x83, 0xec, 64, 0x83, 0xe4, 0xf0, 0x89, 0x45, 0xf8];
  const after = [0x89, 0x45, 0xc4, 0x89, 0x2d, ...word(DATA), 0xc9, 0xc3];
  const caller = [...before, 0xe8, ...word(after.length), ...after];
  const keeps = [0x55, 0x89, 0xe5, 0x5d, 0xc3]; // push ebp; mov ebp, esp; pop ebp; ret
  const report = [...system(4, 1, DATA, 4), ...exit(0)];
  const guest = elf([0xe8, ...word(report.length), ...report, ...caller, ...keeps]);
  const written = emulated(guest);
  expect(new DataView(written.buffer, written.byteOffset).getUint32(0, true)).toBeGreaterThan(
    STACK,
  );
  expect(emulated(guest, { translations: new TranslationCache() })).toEqual(written);
});
