// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * Strongly connected components: nodes and where each leads → sets of nodes that all lead to each
 * other (Tarjan 1972), without recursion: there may be thousands.
 *
 * Invariant: each node that is reached from `nodes` is in one component.
 */
export function components(
  nodes: Iterable<number>,
  next: (node: number) => Iterable<number>,
): number[][] {
  const index = new Map<number, number>();
  const low = new Map<number, number>();
  const open: number[] = [];
  const isOpen = new Set<number>();
  const found: number[][] = [];
  const enter = (node: number): { node: number; rest: number[] } => {
    index.set(node, index.size);
    low.set(node, index.get(node) as number);
    open.push(node);
    isOpen.add(node);
    return { node, rest: [...next(node)] };
  };
  const lower = (node: number, to: number): void => {
    low.set(node, Math.min(low.get(node) as number, to));
  };
  const finish = (node: number): void => {
    if (low.get(node) !== index.get(node)) return;
    const members = open.splice(open.lastIndexOf(node));
    for (const member of members) isOpen.delete(member);
    found.push(members);
  };
  for (const root of nodes) {
    if (index.has(root)) continue;
    const work = [enter(root)];
    for (let top = work.at(-1); top !== undefined; top = work.at(-1)) {
      const to = top.rest.pop();
      if (to === undefined) {
        work.pop();
        finish(top.node);
        const above = work.at(-1);
        if (above !== undefined) lower(above.node, low.get(top.node) as number);
      } else if (!index.has(to)) work.push(enter(to));
      else if (isOpen.has(to)) lower(top.node, index.get(to) as number);
    }
  }
  return found;
}
