// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * Loops that jumps lead into at several places: edges → switches that make each a loop with one
 * head.
 *
 * WebAssembly has loops with one head only. Where a cycle is entered at several blocks, every jump
 * to one of these goes to a switch instead, with the block's number in a local, and the switch goes
 * on to the block. The switch is the loop's head; inside of it the same is done again. (LLVM's pass
 * for WebAssembly does the same: WebAssemblyFixIrreducibleControlFlow.) Invariant: with the
 * switches every cycle has one head, through which it is entered.
 */
import { components } from './components.ts';

export interface Switches {
  /** Made-up address of a switch → the addresses that it leads to. */
  readonly targets: ReadonlyMap<number, readonly number[]>;
  /** Address of a block → the switch that every jump to it goes to. */
  readonly before: ReadonlyMap<number, number>;
}

export const NO_SWITCHES: Switches = { targets: new Map(), before: new Map() };

/**
 * @param edges by position.
 * @param addresses of the positions; the first is the entry's.
 * @returns undefined when a switch would have to be before the entry.
 */
export function findSwitches(
  edges: readonly (readonly number[])[],
  addresses: readonly number[],
): Switches | undefined {
  const targets = new Map<number, readonly number[]>();
  const before = new Map<number, number>();
  const address = (at: number): number => addresses[at] as number;
  const heads = new Set<number>();
  const pending: (readonly number[])[] = [addresses.map((_, at) => at)];
  for (let nodes = pending.pop(); nodes !== undefined; nodes = pending.pop()) {
    const inside = new Set(nodes);
    // Jumps to heads of loops around these blocks are not part of a cycle in them.
    const next = (at: number): number[] =>
      (edges[at] as readonly number[]).filter((to) => inside.has(to) && !heads.has(to));
    for (const cycle of components(nodes, next)) {
      const [first = 0] = cycle;
      if (cycle.length === 1 && !next(first).includes(first)) continue;
      const entries = entriesOf(cycle, edges);
      for (const entry of entries) heads.add(entry);
      pending.push(cycle);
      if (entries.length === 1) continue;
      if (entries.includes(0)) return undefined;
      // Guest addresses are whole numbers.
      const made = targets.size + 0.5;
      targets.set(made, entries.map(address));
      for (const entry of entries) before.set(address(entry), made);
    }
  }
  return { targets, before };
}

/** Members that are reached from elsewhere, or first of all. */
function entriesOf(cycle: readonly number[], edges: readonly (readonly number[])[]): number[] {
  const members = new Set(cycle);
  const entered = new Set<number>(members.has(0) ? [0] : []);
  edges.forEach((targets, from) => {
    if (members.has(from)) return;
    for (const to of targets) if (members.has(to)) entered.add(to);
  });
  return [...entered];
}
