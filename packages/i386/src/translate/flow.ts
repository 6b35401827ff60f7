// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * The shape of a function's flow: blocks → reverse postorder, dominator tree, and which blocks are
 * loop heads or merges.
 *
 * Dominators by Cooper, Harvey and Kennedy, "A simple, fast dominance algorithm" (2001). Where
 * jumps lead into the middle of a loop, switches.ts adds switches. Invariant: `order` begins with
 * the entry, and an edge leads backwards exactly when its target's position is not greater than its
 * source's.
 */
import { type CodeFunction, successors } from './blocks.ts';
import { findSwitches, NO_SWITCHES, type Switches } from './switches.ts';

export interface Flow {
  /** Start addresses in reverse postorder, with those of switches. */
  readonly order: readonly number[];
  /** Address → position in `order`. */
  readonly position: ReadonlyMap<number, number>;
  /** Positions that control goes to, by position. */
  readonly edges: readonly (readonly number[])[];
  /** Children in the dominator tree, in reverse postorder. */
  readonly dominated: readonly (readonly number[])[];
  /** Positions that an edge leads back to. */
  readonly loopHeads: ReadonlySet<number>;
  /** Positions with two or more forward edges in, and those that a switch leads to. */
  readonly merges: ReadonlySet<number>;
  /** Every backward edge goes to a dominator, so loops can nest. */
  readonly reducible: boolean;
  readonly switches: Switches;
}

/** Blocks of a function whose loops nest, */
const MAX_NESTED_BLOCKS = 1000;
/** and how many may be one in the other: their emission recurses. */
const MAX_NESTING = 400;

/** Can the code of the blocks be nested, or does it have to be a loop around a table of blocks? */
export function isNestable({ order, reducible, dominated }: Flow): boolean {
  if (!reducible || order.length > MAX_NESTED_BLOCKS) return false;
  const depths = order.map(() => 0);
  for (const [at, depth] of depths.entries()) {
    for (const child of dominated[at] as readonly number[]) depths[child] = depth + 1;
  }
  return Math.max(...depths) <= MAX_NESTING;
}

/** The flow with switches if it can be nested so. Otherwise it has none: a table needs none. */
export function structureFlow(code: CodeFunction): Flow {
  const plain = analyseFlow(code);
  if (plain.reducible) return plain;
  const switches = findSwitches(plain.edges, plain.order);
  const structured = switches === undefined ? plain : analyseFlow(code, switches);
  return isNestable(structured) ? structured : plain;
}

export function analyseFlow(
  { entry, blocks }: CodeFunction,
  switches: Switches = NO_SWITCHES,
): Flow {
  const next = (address: number): readonly number[] => {
    const targets = switches.targets.get(address);
    if (targets !== undefined) return targets;
    const block = blocks.get(address);
    const own = block === undefined ? [] : successors(block.ending);
    return own.map((to) => switches.before.get(to) ?? to);
  };
  const order = reversePostorder(entry, next);
  const position = new Map(order.map((address, at) => [address, at]));
  const edges = order.map((address) => next(address).map((to) => position.get(to) as number));
  const predecessors: number[][] = order.map(() => []);
  edges.forEach((targets, from) => {
    for (const to of targets) (predecessors[to] as number[]).push(from);
  });
  const dominator = immediateDominators(predecessors);
  const dominated: number[][] = order.map(() => []);
  for (let at = 1; at < order.length; at++) {
    (dominated[dominator[at] as number] as number[]).push(at);
  }
  const loopHeads = new Set<number>();
  const merges = new Set([...switches.before.keys()].map((to) => position.get(to) as number));
  let reducible = true;
  predecessors.forEach((sources, at) => {
    let forward = 0;
    for (const from of sources) {
      if (from < at) forward++;
      else {
        loopHeads.add(at);
        reducible &&= dominates(dominator, at, from);
      }
    }
    if (forward > 1) merges.add(at);
  });
  return { order, position, edges, dominated, loopHeads, merges, reducible, switches };
}

/** Depth first, without recursion: functions may have thousands of blocks. */
function reversePostorder(entry: number, next: (at: number) => readonly number[]): number[] {
  const seen = new Set([entry]);
  const stack = [{ address: entry, rest: [...next(entry)] }];
  const finished: number[] = [];
  for (let top = stack.at(-1); top !== undefined; top = stack.at(-1)) {
    const to = top.rest.pop();
    if (to === undefined) {
      finished.push(top.address);
      stack.pop();
    } else if (!seen.has(to)) {
      seen.add(to);
      stack.push({ address: to, rest: [...next(to)] });
    }
  }
  return finished.reverse();
}

/** Position → position of the immediate dominator; the entry's is its own. */
function immediateDominators(predecessors: readonly (readonly number[])[]): number[] {
  const dominator: number[] = [0];
  for (let changed = true; changed; ) {
    changed = false;
    for (let at = 1; at < predecessors.length; at++) {
      let common: number | undefined;
      for (const from of predecessors[at] as number[]) {
        if (dominator[from] === undefined) continue;
        common = common === undefined ? from : intersect(dominator, common, from);
      }
      if (common !== undefined && dominator[at] !== common) {
        dominator[at] = common;
        changed = true;
      }
    }
  }
  return dominator;
}

function intersect(dominator: readonly number[], first: number, second: number): number {
  let a = first;
  let b = second;
  while (a !== b) {
    while (a > b) a = dominator[a] as number;
    while (b > a) b = dominator[b] as number;
  }
  return a;
}

function dominates(dominator: readonly number[], above: number, below: number): boolean {
  let at = below;
  while (at > above) at = dominator[at] as number;
  return at === above;
}
