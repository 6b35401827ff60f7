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
import { chargesOf, weightsOf } from '../src/translate/metering.ts';
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

const chargesIn = (code: CodeFunction, flow: Flow): number[] =>
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
  it('is not less than what is executed, where loops have one head', () => {
    let loops = 0;
    const property = fc.property(randomFunction, ({ dice, code }) => {
      const flow = structureFlow(code);
      if (!flow.reducible) return;
      loops += flow.loopHeads.size;
      const charges = chargesIn(code, flow);
      let [counted, executed] = [0, 0];
      for (let at: number | undefined = 0, steps = 0; at !== undefined && steps < 200; steps++) {
        counted += charges[at] as number;
        executed += sizeAt(code, flow, at);
        expect(counted).toBeGreaterThanOrEqual(executed);
        const next: readonly number[] = flow.edges[at] as readonly number[];
        at = next[dice(Math.max(1, next.length))];
      }
    });
    fc.assert(property, { numRuns: 2000 });
    expect(loops).toBeGreaterThan(100);
  });

  it('has something in every cycle, also in one with many heads', () => {
    const property = fc.property(randomFunction, ({ code }) => {
      for (const flow of [analyseFlow(code), structureFlow(code)]) {
        const charges = chargesIn(code, flow);
        // Without the blocks that count, no way leads back.
        for (const [from, targets] of flow.edges.entries()) {
          for (const to of targets) {
            const isSwitch = sizeAt(code, flow, to) === 0;
            const counting = isSwitch ? (flow.edges[to] as readonly number[]) : [to];
            if (to <= from) for (const at of counting) expect(charges[at]).toBeGreaterThan(0);
          }
        }
      }
    });
    fc.assert(property, { numRuns: 2000 });
  });

  it('is the longer of two ways, once, and a loop apart', () => {
    // 0 → 1 or 2 → 3, a loop of 3 and 4 → 5
    const code = functionOf([
      { size: 1, to: [1, 2] },
      { size: 10, to: [3] },
      { size: 100, to: [3] },
      { size: 1000, to: [4, 5] },
      { size: 10_000, to: [3] },
      { size: 100_000, to: [] },
    ]);
    const flow = analyseFlow(code);
    const charges = chargesIn(code, flow);
    const byBlock = Object.fromEntries(flow.order.map((address, at) => [address, charges[at]]));
    // The way out of the loop is its head's: who goes there has not gone round.
    expect(byBlock).toEqual({ 0: 101, 1: 0, 2: 0, 3: 101_000, 4: 0, 5: 0 });
  });

  it('is what comes after either of two loops, before both', () => {
    // 0 → 1 or 2, each a loop → 3
    const code = functionOf([
      { size: 1, to: [1, 2] },
      { size: 10, to: [1, 3] },
      { size: 100, to: [2, 3] },
      { size: 1000, to: [] },
    ]);
    const flow = analyseFlow(code);
    const charges = chargesIn(code, flow);
    const byBlock = Object.fromEntries(flow.order.map((address, at) => [address, charges[at]]));
    expect(byBlock).toEqual({ 0: 1001, 1: 10, 2: 100, 3: 0 });
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
    expect(shortInCircles).toBeGreaterThan(circles / 4);
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
