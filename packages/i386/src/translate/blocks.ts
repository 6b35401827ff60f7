// SPDX-License-Identifier: GPL-3.0-or-later
/** What the translator works on: functions, made of basic blocks that end in a jump of any kind. */
import type { Instruction } from '../decode.ts';

export type Ending =
  | { readonly kind: 'next'; readonly to: number }
  | { readonly kind: 'branch'; readonly taken: number; readonly to: number }
  | { readonly kind: 'call'; readonly target: number; readonly to: number }
  | { readonly kind: 'call-indirect'; readonly to: number }
  | { readonly kind: 'return' }
  /** A call of the function at `target`, to its copy that begins at `to`: see inline.ts. */
  | { readonly kind: 'enter'; readonly target: number; readonly to: number }
  /** A return out of such a copy. */
  | { readonly kind: 'come-back'; readonly target: number; readonly to: number }
  /** To an address that the program computes: what is there returns to this function's caller. */
  | { readonly kind: 'jump-indirect' }
  /** The interpreter takes over at the address, where something unknown is. */
  | { readonly kind: 'leave'; readonly at: number }
  /** A system call that does not return. */
  | { readonly kind: 'exit'; readonly at: number };

export interface Block {
  /** Its address; of a copy more than that: see inline.ts. */
  readonly start: number;
  /** With the terminator, if it is an instruction. */
  readonly instructions: readonly Instruction[];
  readonly ending: Ending;
}

export interface CodeFunction {
  readonly entry: number;
  /** By start address. */
  readonly blocks: ReadonlyMap<number, Block>;
  /** The function of which it is a part, if it begins in the middle of one. */
  readonly whole?: CodeFunction;
}

/** The functions that it calls by their addresses. */
export function callees({ blocks }: CodeFunction): Set<number> {
  const all = [...blocks.values()].map(({ ending }) => calledAt(ending));
  return new Set(all.filter((target) => target !== undefined));
}

/** The function that the ending calls, if it is known. */
export function calledAt(ending: Ending): number | undefined {
  return ending.kind === 'call' ? ending.target : undefined;
}

/** Where control goes inside the function. */
export function successors(ending: Ending): number[] {
  if (ending.kind === 'branch') return [ending.to, ending.taken];
  return 'to' in ending ? [ending.to] : [];
}
