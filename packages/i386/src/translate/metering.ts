// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * Where translated code counts, so that somebody can stop it: a program's functions → how much to
 * count at the entry of each, and where it goes back.
 *
 * Every endless run passes entries of functions or goes back. With a limit of instructions
 * both count. Where only a request to stop has to be noticed, the count may be too high, and a
 * function that is short, and calls only such, need not count at its entry: whoever calls it counts
 * its weight. Where functions call each other in a circle, it is enough that one of them counts.
 * (Of stage0's time in the machine the counts at entries were a tenth.)
 *
 * Invariant: no way is longer than what is counted on it, and what is not counted yet is at most
 * about {@link HEAVY} instructions.
 */
import type { BudgetOptions } from '../budget.ts';
import { type Block, type CodeFunction, callees } from './blocks.ts';
import type { FunctionFacts, ProgramFacts } from './facts.ts';
import { type Flow, isNestable } from './flow.ts';

/** Nobody asks; requests to stop are noticed; instructions are counted. */
export type Metering = 'none' | 'requests' | 'instructions';

export function meteringOf(
  options: Pick<BudgetOptions, 'instructionLimit' | 'shouldStop'>,
): Metering {
  if (options.instructionLimit !== undefined) return 'instructions';
  return options.shouldStop === undefined ? 'none' : 'requests';
}

/** Weight from which on a function counts at its entry. */
const HEAVY = 1000;

/** What callers count for each function that does not count at its entry, by entry. */
export type Weights = ReadonlyMap<number, number>;

export function weightsOf(facts: ProgramFacts): Weights {
  const weights = new Map<number, number>();
  const { order, closing } = calleesFirst(facts);
  for (const entry of order) {
    const { code, isFixed, weight: fixed } = facts.get(entry) as FunctionFacts;
    if (isFixed) weights.set(entry, fixed);
    if (isFixed || closing.has(entry)) continue;
    let weight = 0;
    for (const address of code.blocks.keys()) weight += weightOfBlock(code, address, weights);
    if (weight < HEAVY) weights.set(entry, weight);
  }
  return weights;
}

/**
 * The functions in an order in which those that a function calls come before it, but for some that
 * are `closing`: each circle of calls has one of these.
 */
function calleesFirst(facts: ProgramFacts): { order: number[]; closing: Set<number> } {
  const order: number[] = [];
  const closing = new Set<number>();
  const seen = new Set<number>();
  const open = new Set<number>();
  const enter = (entry: number): { entry: number; rest: number[] } => {
    seen.add(entry);
    open.add(entry);
    return { entry, rest: [...callees((facts.get(entry) as FunctionFacts).code)] };
  };
  for (const root of facts.keys()) {
    if (seen.has(root)) continue;
    const work = [enter(root)];
    for (let top = work.at(-1); top !== undefined; top = work.at(-1)) {
      const to = top.rest.pop();
      if (to === undefined) {
        open.delete(top.entry);
        order.push(top.entry);
        work.pop();
      } else if (!seen.has(to)) work.push(enter(to));
      else if (open.has(to)) closing.add(to);
    }
  }
  return { order, closing };
}

/** Instructions of a block, and of what it calls that does not count at its entry. */
function weightOfBlock({ blocks }: CodeFunction, address: number, weights?: Weights): number {
  const { instructions, ending } = blocks.get(address) as Block;
  const own = instructions.length;
  if (weights === undefined) return own;
  if (ending.kind === 'call') return own + (weights.get(ending.target) ?? 0);
  // The runner looks up where it goes, and what is there may weigh as much.
  return ending.kind.endsWith('-indirect') ? own + HEAVY : own;
}

/** What a function counts. */
export interface Charges {
  /** When it is entered. */
  readonly entry: number;
  /** Position of a loop's head → when control goes back to it. */
  readonly back: ReadonlyMap<number, number>;
}

/**
 * A way through a function is one that never goes back, and parts that each end with a jump back
 * and may be taken out. The longest of the one kind is counted at the entry, the longest of the
 * other at the jump.
 *
 * @param weights undefined where instructions are counted.
 */
export function chargesOf({ code }: FunctionFacts, flow: Flow, weights?: Weights): Charges {
  const { order, edges, loopHeads } = flow;
  const weigh = (at: number): number =>
    code.blocks.has(order[at] as number) ? weightOfBlock(code, order[at] as number, weights) : 0;
  /** The longest way on from each position. */
  const after = order.map(() => 0);
  for (let from = order.length - 1; from >= 0; from--) {
    for (const to of edges[from] as readonly number[]) {
      if (to > from) after[from] = Math.max(after[from] as number, after[to] as number);
    }
    after[from] = (after[from] as number) + weigh(from);
  }
  const isCounted = weights === undefined || !weights.has(code.entry);
  const round = isNestable(flow) ? roundsOf(flow, weigh) : (head: number) => after[head] as number;
  const back = new Map([...loopHeads].map((head) => [head, round(head)]));
  return { entry: isCounted ? (after[0] as number) : 0, back };
}

/** Head of a loop → the longest way round. */
function roundsOf({ edges }: Flow, weigh: (at: number) => number): (head: number) => number {
  const sources: number[][] = edges.map(() => []);
  edges.forEach((targets, from) => {
    for (const to of targets) (sources[to] as number[]).push(from);
  });
  return (head) => {
    // All of the loop comes after its head, and each block after those that lead to it.
    const inside = new Set([head]);
    const pending = (sources[head] as number[]).filter((from) => from >= head);
    const ends = new Set(pending);
    for (let at = pending.pop(); at !== undefined; at = pending.pop()) {
      if (inside.has(at)) continue;
      inside.add(at);
      pending.push(...(sources[at] as number[]));
    }
    const lengths = new Map<number, number>();
    let longest = 0;
    for (const at of [...inside].sort((one, other) => one - other)) {
      const before = (sources[at] as number[]).map((from) =>
        from < at ? (lengths.get(from) ?? 0) : 0,
      );
      const length = weigh(at) + (at === head ? 0 : Math.max(0, ...before));
      lengths.set(at, length);
      if (ends.has(at)) longest = Math.max(longest, length);
    }
    return longest;
  };
}
