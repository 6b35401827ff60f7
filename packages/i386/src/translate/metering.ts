// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * Where translated code counts, so that somebody can stop it: a program's functions → how much to
 * count at the start of each block.
 *
 * Every endless run passes entries of functions and heads of loops. With a limit of instructions
 * both count. Where only a request to stop has to be noticed, the count may be too high, and a
 * function that is short, and calls only such, need not count at its entry: whoever calls it counts
 * its weight. (Of stage0's time in the machine the counts at entries were a tenth.)
 *
 * Invariant: no way is longer than what is counted on it, and what is not counted yet is at most
 * about {@link HEAVY} instructions.
 */
import type { BudgetOptions } from '../budget.ts';
import type { Block, CodeFunction } from './blocks.ts';
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
  // Callees come first: see components.ts.
  const inOrder = [...facts.values()].sort((one, other) => one.group - other.group);
  for (const { code, isFixed, recursive } of inOrder) {
    // A function that was translated before may weigh anything up to this.
    if (isFixed) weights.set(code.entry, HEAVY);
    if (isFixed || recursive) continue;
    let weight = 0;
    for (const address of code.blocks.keys()) weight += weightOfBlock(code, address, weights);
    if (weight < HEAVY) weights.set(code.entry, weight);
  }
  return weights;
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
 * What to count at the start of each block: as much as all blocks weigh that are reached from there
 * before the next that counts. By position; 0 for none.
 *
 * @param weights undefined where instructions are counted.
 */
export function chargesOf(
  { code }: FunctionFacts,
  { order, dominated, loopHeads }: Flow,
  weights?: Weights,
): number[] {
  const charges = order.map(() => 0);
  const owner = order.map((_, at) => at);
  for (const [at, address] of order.entries()) {
    // A switch has nothing to count, and what it leads to counts for itself.
    if (!code.blocks.has(address)) continue;
    const head = owner[at] as number;
    charges[head] = (charges[head] as number) + weightOfBlock(code, address, weights);
    for (const child of dominated[at] as readonly number[]) {
      if (!loopHeads.has(child)) owner[child] = head;
    }
  }
  if (weights?.has(code.entry) && !loopHeads.has(0)) charges[0] = 0;
  return charges;
}
