// SPDX-License-Identifier: GPL-3.0-or-later
/** Machine code of several functions that call each other: written first, linked later. */
import { CODE, word } from './guest.ts';

/** Machine code in which functions have numbers: a call of one, or its address. */
export type Draft = (number | { readonly call: number } | { readonly address: number })[];

/** Bytes of a call. */
const CALL = 5;

export function sizeOf(draft: Draft): number {
  return draft.reduce<number>((sum, one) => {
    if (typeof one === 'number') return sum + 1;
    return sum + ('call' in one ? CALL : 4);
  }, 0);
}

/** Let each call lead to its function: the draft after the first with its number. */
export function link(drafts: readonly Draft[]): number[] {
  const starts: number[] = [];
  let size = 0;
  for (const draft of drafts) {
    starts.push(size);
    size += sizeOf(draft);
  }
  const code: number[] = [];
  for (const one of drafts.flat()) {
    if (typeof one === 'number') code.push(one);
    else if ('address' in one) code.push(...word(CODE + (starts[one.address + 1] as number)));
    else code.push(0xe8, ...word((starts[one.call + 1] as number) - (code.length + CALL)));
  }
  return code;
}
