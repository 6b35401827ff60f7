// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * Functions with loops and without calls, as compilers for a stack machine make them: the
 * translator holds their stack words in locals. Reads and writes through pointers to variables, to
 * operands and below esp must still see the same values. Afterwards all registers and the memory
 * around the frame must be as the interpreter leaves them.
 */
import { MemoryFiles, MemoryHost } from '@stage0-ts/host/memory';
import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { InstructionBudget } from '../src/budget.ts';
import { TranslationCache } from '../src/translate/cache.ts';
import { DATA, elf, exit, load, system, word } from './guest.ts';
import { type Dice, diceFrom } from './random-code.ts';
import { emulated, lockstep } from './run.ts';

/** esp before the call: well inside the stack. */
const STACK = 0xffffe000 - 0x1800;
/** Where the return address is: nothing may write there. */
const RETURN = STACK - 4;
const [EAX, ECX, EBX, ESP, EBP, ESI, EDI] = [0, 1, 3, 4, 5, 6, 7];
/** The most operands on the stack. */
const DEEPEST = 4;
const LOCALS = 8;
/** Where pointers to addresses near the frame are stored. */
const POINTERS = 6;
/** Where pointers to the operands are stored. */
const OPERANDS = DATA + 32;
const RESULTS = DATA + 64;

/** Any of `list`. */
function pick<Item>(dice: Dice, list: readonly Item[]): Item {
  return list[dice(list.length)] as Item;
}

const lea = (register: number, base: number, by: number): number[] => [
  ...[0x8d, 0x80 | (register << 3) | base],
  ...word(by),
];

/** An offset from `from` where four bytes may be written. */
function harmless(dice: Dice, from: number, by: readonly number[]): number {
  const fits = by.filter((d) => from + d + 4 <= RETURN || from + d >= RETURN + 4);
  return pick(dice, fits);
}

const BELOW = [-4, -8, -12, -16, -20, -24, -6, -9, -15];

/** Code on memory at [ebx]: stores of all sizes, then loads. */
const STORES = [
  [0x89, 0x03],
  [0x88, 0x03],
  [0x66, 0x89, 0x03],
];
const LOADS = [
  [0x8b, 0x03],
  [0x0f, 0xbe, 0x03],
];
/** inc ecx; add eax, ecx; sub ecx, eax; mov ecx, eax; xor eax, eax. */
const ARITHMETIC = [[0x41], [0x01, 0xc8], [0x29, 0xc1], [0x89, 0xc1], [0x31, 0xc0]];

/** One operation on `depth` operands; adds to `code` and returns the new depth. */
function operation(dice: Dice, code: number[], depth: number, ebp: number): number {
  const [base, start] = dice(2) === 0 ? ([ESI, RETURN] as const) : ([EBP, ebp] as const);
  const register = pick(dice, [EAX, EBX]);
  const place = lea(register, base, harmless(dice, start, BELOW));
  const pointer = [0x8b, 0x1d, ...word(DATA + 4 * dice(POINTERS))]; // mov ebx, [pointer]
  switch (dice(13)) {
    case 0:
    case 1:
    case 2: // push
      if (depth === DEEPEST) break;
      code.push(0x50 + pick(dice, [EAX, ECX, EBX]));
      return depth + 1;
    case 3:
    case 4: // pop
      if (depth === 0) break;
      code.push(0x58 + pick(dice, [EAX, ECX, EBX]));
      return depth - 1;
    case 5: // mov eax, [place]
      code.push(...place, 0x8b, register);
      break;
    case 6: // mov [place], ecx
      code.push(...place, 0x89, 0x08 | register);
      break;
    case 7: // push place; add eax, ecx; pop ebx; mov [ebx], eax
      if (depth === DEEPEST) break;
      code.push(...place, 0x50 + register, 0x01, 0xc8, 0x5b, 0x89, 0x03);
      break;
    case 8:
      code.push(...pointer, ...pick(dice, STORES));
      break;
    case 9:
      code.push(...pointer, ...pick(dice, LOADS));
      break;
    case 10:
      code.push(...pick(dice, ARITHMETIC));
      break;
    case 11: {
      // push place; lea eax, other; mov ebx, [pointer to the operand]; mov [ebx], eax; pop ebx; mov
      // [ebx], ecx
      if (depth === DEEPEST) break;
      const other = lea(EAX, base, harmless(dice, start, BELOW));
      code.push(...place, 0x50 + register, ...other, 0x8b, 0x1d, ...word(OPERANDS + 4 * depth));
      code.push(0x89, 0x03, 0x5b, 0x89, 0x0b);
      break;
    }
    default: // mov eax, [number]
      code.push(0x8b, 0x05, ...word(DATA + 4 * dice(16)));
  }
  return depth;
}

/** test al, 1; je over a part that does not change the depth. */
function conditional(dice: Dice, code: number[], depth: number, ebp: number): void {
  const part: number[] = [];
  let inside = depth;
  for (let n = dice(4); n >= 0; n--) inside = operation(dice, part, inside, ebp);
  part.push(...level(inside, depth));
  code.push(0xa8, 1, 0x0f, 0x84, ...word(part.length), ...part);
}

/** Pushes or pops from one depth to another. */
function level(from: number, to: number): number[] {
  return Array.from({ length: Math.abs(from - to) }, () => (from > to ? 0x59 : 0x51));
}

function functionWithLoop(dice: Dice, ebp: number): number[] {
  const code = [0x89, 0xe6, ...load(ECX, LOCALS), 0x29, 0xcc]; // mov esi, esp; sub esp, ecx
  const head = code.length;
  let depth = 0;
  for (let n = 3 + dice(12); n > 0; n--) {
    if (dice(6) === 0) conditional(dice, code, depth, ebp);
    else depth = operation(dice, code, depth, ebp);
  }
  code.push(...level(depth, 0), 0x48 + EDI, 0x0f, 0x85);
  code.push(...word(head - (code.length + 4)));
  return [...code, 0x89, 0xf4, 0xc3]; // mov esp, esi; ret
}

/** Calls a random function, then writes the registers and the memory around its frame. */
function program(seed: number): Uint8Array {
  const dice = diceFrom(seed);
  const ebp = pick(dice, [
    RETURN + 4,
    RETURN + 16,
    RETURN + 20,
    RETURN - 8,
    RETURN + 3,
    DATA + 512,
  ]);
  const near = BELOW.map((by) => RETURN + by).concat(RETURN + 4, RETURN + 8, DATA + 48);
  const start = [...load(ESP, STACK), ...load(EBP, ebp), ...load(EDI, 1 + dice(4))];
  for (let n = 0; n < POINTERS; n++) {
    start.push(0xc7, 0x05, ...word(DATA + 4 * n), ...word(pick(dice, near)));
  }
  for (let depth = 0; depth < DEEPEST; depth++) {
    const operand = RETURN - LOCALS - 4 * (depth + 1);
    start.push(0xc7, 0x05, ...word(OPERANDS + 4 * depth), ...word(operand));
  }
  for (const register of [EAX, ECX, EBX]) start.push(...load(register, dice(1 << 30)));
  const registers = [EAX, ECX, EBX, ESP, EBP, ESI, EDI];
  const end = registers.flatMap((register, n) => {
    return [0x89, 0x05 | (register << 3), ...word(RESULTS + 4 * n)];
  });
  end.push(...system(4, 1, RESULTS, 28), ...system(4, 1, RETURN - 64, 128), ...exit(0));
  return elf([...start, 0xe8, ...word(end.length), ...end, ...functionWithLoop(dice, ebp)]);
}

describe('loops on the stack', () => {
  it('random loops leave the same registers and memory', () => {
    fc.assert(
      fc.property(fc.integer(), (seed) => {
        const image = program(seed);
        const output = emulated(image, { translations: new TranslationCache() });
        expect(output).toEqual(emulated(image));
        expect(output.length).toBe(156);
      }),
      { numRuns: Number(process.env['I386_RUNS'] ?? 500) },
    );
  });

  it('random loops do so, too, when translated code has to leave at any count', () => {
    const quantum = vi.spyOn(InstructionBudget.prototype, 'quantum');
    fc.assert(
      fc.property(fc.integer(), fc.integer({ min: 0, max: 120 }), (seed, count) => {
        const image = program(seed);
        quantum.mockReturnValue(count);
        const counted = { translations: new TranslationCache(), shouldStop: () => false };
        expect(emulated(image, counted)).toEqual(emulated(image));
      }),
      { numRuns: Number(process.env['I386_RUNS'] ?? 500) },
    );
    quantum.mockRestore();
  });

  it('they run in lockstep with the interpreter', () => {
    fc.assert(
      fc.property(fc.integer(), (seed) => {
        const host = (): MemoryHost => new MemoryHost({ files: new MemoryFiles() });
        expect(lockstep(program(seed), host)).toBeGreaterThan(0);
      }),
      { numRuns: Number(process.env['I386_RUNS'] ?? 100) },
    );
  });
});
