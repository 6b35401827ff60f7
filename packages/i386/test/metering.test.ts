// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * What translated code counts, on random ways through random functions: never less than it
 * executes, with an end to every cycle, and not as much as ways that are not taken.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Instruction } from '../src/decode.ts';
import type { Block, CodeFunction, Ending } from '../src/translate/blocks.ts';
import { components } from '../src/translate/components.ts';
import { discoverMore } from '../src/translate/discover.ts';
import { UNCOUNTED } from '../src/translate/dump.ts';
import { analyseProgram, type FunctionFacts, type ProgramFacts } from '../src/translate/facts.ts';
import { analyseFlow, type Flow, structureFlow } from '../src/translate/flow.ts';
import { type Charges, chargesOf, weightsOf } from '../src/translate/metering.ts';
import { type TranslatedProgram, translate } from '../src/translate/program.ts';
import { CODE, elf, exit, word } from './guest.ts';
import { diceFrom } from './random-code.ts';

/** Blocks by their numbers: how many instructions each has, and where it goes. */
type Shape = readonly { readonly size: number; readonly to: readonly number[] }[];

function functionOf(shape: Shape): CodeFunction {
  const blocks = shape.map(({ size, to: [first, second] }, start): [number, Block] => {
    let ending: Ending = { kind: 'return' };
    if (first !== undefined) ending = { kind: 'next', to: first };
    if (first !== undefined && second !== undefined) {
      ending = { kind: 'branch', taken: first, to: second };
    }
    // Only their number matters.
    const instructions = Array.from({ length: size }, () => ({}) as Instruction);
    return [start, { start, instructions, ending }];
  });
  return { entry: 0, blocks: new Map(blocks) };
}

const chargesIn = (code: CodeFunction, flow: Flow): Charges =>
  chargesOf({ code } as FunctionFacts, flow);

function sizeAt({ blocks }: CodeFunction, { order }: Flow, at: number): number {
  return blocks.get(order[at] as number)?.instructions.length ?? 0;
}

const randomFunction = fc.integer({ min: 1, max: 2 ** 31 - 1 }).map((seed) => {
  const dice = diceFrom(seed);
  const count = 1 + dice(14);
  const shape = Array.from({ length: count }, () => ({
    size: 1 + dice(9),
    to: Array.from({ length: dice(3) }, () => dice(count)),
  }));
  return { dice, code: functionOf(shape) };
});

/** For each function, those that it calls. */
const randomCalls = fc.integer({ min: 2, max: 8 }).chain((count) => {
  const targets = fc.array(fc.nat({ max: count - 1 }), { maxLength: 3 });
  return fc.array(targets, { minLength: count, maxLength: count });
});

/** A function of one block for each call, and one that returns. */
function callingFunction(entry: number, targets: readonly number[]): FunctionFacts {
  const blocks = [...targets, undefined].map((target, at): [number, Block] => {
    const [start, to] = [entry + at / 10, entry + (at + 1) / 10];
    const ending: Ending = target === undefined ? { kind: 'return' } : { kind: 'call', target, to };
    return [start, { start, instructions: [{} as Instruction], ending }];
  });
  const code = { entry, blocks: new Map(blocks) };
  return { code, isFixed: false, weight: 0 } as unknown as FunctionFacts;
}

describe('what is counted', () => {
  it('is not less than what is executed', () => {
    let loops = 0;
    const property = fc.property(randomFunction, ({ dice, code }) => {
      for (const flow of [analyseFlow(code), structureFlow(code)]) {
        loops += flow.loopHeads.size;
        const { entry, back } = chargesIn(code, flow);
        let [counted, executed, at] = [entry, 0, 0];
        for (let steps = 0; steps < 200; steps++) {
          executed += sizeAt(code, flow, at);
          expect(counted).toBeGreaterThanOrEqual(executed);
          const next = flow.edges[at] as readonly number[];
          const to = next[dice(Math.max(1, next.length))];
          if (to === undefined) break;
          if (to <= at) counted += back.get(to) as number;
          at = to;
        }
      }
    });
    fc.assert(property, { numRuns: 2000 });
    expect(loops).toBeGreaterThan(100);
  });

  it('is something wherever control goes back', () => {
    const property = fc.property(randomFunction, ({ code }) => {
      for (const flow of [analyseFlow(code), structureFlow(code)]) {
        const { back } = chargesIn(code, flow);
        for (const [from, targets] of flow.edges.entries()) {
          for (const to of targets) if (to <= from) expect(back.get(to)).toBeGreaterThan(0);
        }
      }
    });
    fc.assert(property, { numRuns: 2000 });
  });

  it('is the longer of two ways, once, and a loop apart', () => {
    // 0 → 1 or 2 → 3, a loop of 3 and 4 or 5 → 6
    const code = functionOf([
      { size: 1, to: [1, 2] },
      { size: 10, to: [3] },
      { size: 100, to: [3] },
      { size: 1000, to: [4, 5] },
      { size: 10_000, to: [3] },
      { size: 20_000, to: [3, 6] },
      { size: 100_000, to: [] },
    ]);
    const flow = analyseFlow(code);
    const { entry, back } = chargesIn(code, flow);
    expect(entry).toBe(1 + 100 + 1000 + 20_000 + 100_000);
    expect([...back]).toEqual([[flow.position.get(3), 1000 + 20_000]]);
  });

  it('is what a loop has, apart from one in it', () => {
    // 0, a loop of 0 and 1 and 2, in which 1 is a loop → 3
    const code = functionOf([
      { size: 1, to: [1] },
      { size: 10, to: [1, 2] },
      { size: 100, to: [0, 3] },
      { size: 1000, to: [] },
    ]);
    const { entry, back } = chargesIn(code, analyseFlow(code));
    expect(entry).toBe(1111);
    expect(back).toEqual(
      new Map([
        [0, 111],
        [1, 10],
      ]),
    );
  });

  it('is at the entry of one function of each circle of calls, and of few others', () => {
    let [circles, shortInCircles] = [0, 0];
    const property = fc.property(randomCalls, (calls) => {
      const facts = new Map(
        calls.map((targets, entry) => [entry, callingFunction(entry, targets)]),
      );
      const weights = weightsOf(facts);
      const next = (entry: number): number[] => calls[entry] as number[];
      const short = (entry: number): number[] => next(entry).filter((to) => weights.has(to));
      const isCircle = (to: typeof next) => (members: readonly number[]) =>
        members.length > 1 || to(members[0] as number).includes(members[0] as number);
      const entries = [...facts.keys()];
      expect(
        components(
          entries.filter((entry) => weights.has(entry)),
          short,
        ).filter(isCircle(short)),
      ).toEqual([]);
      const inCircles = components(entries, next).filter(isCircle(next)).flat();
      circles += inCircles.length;
      shortInCircles += inCircles.filter((entry) => weights.has(entry)).length;
    });
    fc.assert(property, { numRuns: 500 });
    expect(shortInCircles).toBeGreaterThan(circles / 8);
  });

  it('is known of a short function when more is translated that calls it', () => {
    // call the function; …; the function: inc eax; inc eax; ret; the other: call it; ret
    const start = [0xe8, ...word(exit(0).length), ...exit(0)];
    const image = elf([...start, 0x40, 0x40, 0xc3, 0xe8, ...word(-8), 0xc3]);
    const options = { ...UNCOUNTED, metering: 'requests' } as const;
    const program = translate(image, options) as TranslatedProgram;
    const [first, other] = [CODE + start.length, CODE + start.length + 3];
    expect(program.functions.get(first)?.weight).toBe(3);
    expect(program.functions.has(other)).toBe(false);
    const { functions } = discoverMore(program.code, [other], program.functions);
    const facts = analyseProgram(functions, program.functions) as ProgramFacts;
    expect(weightsOf(facts).get(other)).toBe(2 + 3);
  });
});
