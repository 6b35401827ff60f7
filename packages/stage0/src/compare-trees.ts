// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * Two finished worlds → every path at which they differ, independently of the records of processes.
 *
 * This is the safety net below the comparison of processes. It compares kinds, contents, modes and
 * targets of links, and finds what only one of the two has.
 */
import type { MemoryFiles, TreeNode } from '@stage0-ts/host/memory';

/** What differs at a path. */
export interface TreeDifference {
  /** Absolute path. */
  readonly path: string;
  readonly what: 'kind' | 'file' | 'mode' | 'link';
  /** One line that says what differs. */
  readonly message: string;
  readonly nodes: readonly [TreeNode | undefined, TreeNode | undefined];
}

/** All differences, in the order of paths; `names` are those of the two worlds. */
export function compareTrees(
  left: MemoryFiles,
  right: MemoryFiles,
  names: readonly [string, string],
): TreeDifference[] {
  const differences: TreeDifference[] = [];
  const others = new Map(right.entries());
  for (const [path, a] of left.entries()) {
    const b = others.get(path);
    others.delete(path);
    const found = difference(path, a, b, names);
    if (found !== undefined) differences.push({ path, ...found, nodes: [a, b] });
  }
  for (const [path, b] of others) {
    const found = difference(path, undefined, b, names);
    if (found !== undefined) differences.push({ path, ...found, nodes: [undefined, b] });
  }
  return differences.sort((a, b) => (a.path < b.path ? -1 : 1));
}

/** What differs between two things at one path; undefined when nothing does. */
export function difference(
  path: string,
  a: TreeNode | undefined,
  b: TreeNode | undefined,
  names: readonly [string, string],
): Pick<TreeDifference, 'what' | 'message'> | undefined {
  const file = path.slice(1);
  if (a === undefined && b === undefined) return undefined;
  if (a === undefined || b === undefined) {
    return { what: 'file', message: `only ${names[a === undefined ? 1 : 0]} leaves ${file}` };
  }
  if (a.kind !== b.kind) {
    const kinds = `a ${a.kind} with ${names[0]} and a ${b.kind} with ${names[1]}`;
    return { what: 'kind', message: `${file} is ${kinds}` };
  }
  if (a.kind === 'link' || b.kind === 'link') {
    const [to, other] = [(a as { target: string }).target, (b as { target: string }).target];
    return to === other
      ? undefined
      : { what: 'link', message: `${file} leads to ${to} and to ${other}` };
  }
  if (a.kind === 'file' && b.kind === 'file') {
    const at = firstDifference(a.bytes, b.bytes);
    const sizes = `(${a.bytes.length} and ${b.bytes.length} bytes)`;
    const message = `${file} differs from byte 0x${at.toString(16)} on ${sizes}`;
    if (at >= 0) return { what: 'file', message };
  }
  if (a.mode === b.mode) return undefined;
  const modes = `${a.mode.toString(8)} and ${b.mode.toString(8)}`;
  return { what: 'mode', message: `${file} has the modes ${modes}` };
}

/**
 * Offset of the first byte that differs. If one is the beginning of the other, the shorter length;
 * if they are equal, -1.
 */
export function firstDifference(a: Uint8Array, b: Uint8Array): number {
  if (a === b) return -1;
  const length = Math.min(a.length, b.length);
  for (let at = 0; at < length; at++) if (a[at] !== b[at]) return at;
  return a.length === b.length ? -1 : length;
}
