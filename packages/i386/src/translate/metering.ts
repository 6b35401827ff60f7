// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * Where translated code counts, so that somebody can stop it: a program's functions → how much to
 * count at the start of each block.
 *
 * Every endless run passes entries of functions and heads of loops. With a limit of instructions
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
import type { Flow } from './flow.ts';

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

/**
 * What to count at the start of each block: as much as the longest way weighs from there to the
 * next block that counts. By position; 0 for none.
 *
 * The entry and the heads of loops count, each for its region: the blocks that it dominates, less
 * the regions of the heads among them. Going through such an inner region costs the outer one
 * nothing. A switch cannot count, so that each block that it leads to is a head, too.
 *
 * @param weights undefined where instructions are counted.
 */
export function chargesOf({ code }: FunctionFacts, flow: Flow, weights?: Weights): number[] {
  const { order, edges, loopHeads, dominated } = flow;
  const isSwitch = (at: number): boolean => !code.blocks.has(order[at] as number);
  const blocks = [...order.keys()].filter((at) => !isSwitch(at));
  const afterSwitches = [...order.keys()].filter(isSwitch).flatMap((at) => dominated[at] ?? []);
  const heads = new Set([0, ...blocks.filter((at) => loopHeads.has(at)), ...afterSwitches]);
  const { own, outer } = regionsOf(flow, heads);
  const weigh = (at: number): number =>
    isSwitch(at) ? 0 : weightOfBlock(code, order[at] as number, weights);
  /** The longest way on in the region of which the block is a part, and through a head's own. */
  const after = order.map(() => 0);
  const through = order.map(() => 0);
  for (let from = order.length - 1; from >= 0; from--) {
    for (const to of edges[from] as readonly number[]) {
      if (to <= from) continue; // back to a head, which counts anew
      const region = outer[to] as number;
      const length = heads.has(to) ? (through[to] as number) : (after[to] as number);
      let at = from;
      if (own[at] !== region) {
        for (at = own[at] as number; outer[at] !== region; ) at = outer[at] as number;
        through[at] = Math.max(through[at] as number, length);
      } else after[at] = Math.max(after[at] as number, length);
    }
    after[from] = (after[from] as number) + weigh(from);
  }
  const charges = order.map((_, at) => (heads.has(at) ? (after[at] as number) : 0));
  if (weights?.has(code.entry) && !loopHeads.has(0)) charges[0] = 0;
  return charges;
}

/** By position: the head of the region that a block is in; of a head, its own, and the outer. */
function regionsOf(
  { order, dominated }: Flow,
  heads: ReadonlySet<number>,
): { own: number[]; outer: number[] } {
  const own = order.map(() => 0);
  const outer = order.map(() => 0);
  for (const at of order.keys()) {
    for (const child of dominated[at] as readonly number[]) {
      outer[child] = own[at] as number;
      own[child] = heads.has(child) ? child : (own[at] as number);
    }
  }
  return { own, outer };
}
