// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * The rare ways of an access to memory: an address that the limits do not allow → its offset in the
 * buffer, or a way out. access.ts has the rules.
 */
import { PAGE, rightsTable } from '../memory.ts';
import { lowOffset, lowStart, placeOf, stackStart } from './access.ts';
import type { BlockState } from './state.ts';
import { OP } from './wasm.ts';

/**
 * On the stack is whether the limits say that the access at the local `place`, an address less
 * where the low region begins, is right; let it be 1 as well if the page's rights say so. An
 * access of two pages is left to who comes after.
 */
export function orByPage(state: BlockState, place: number, size: number, write: boolean): void {
  const { code, layout } = state;
  if (!layout.isPaged) return;
  code.open(OP.if, true);
  code.constant(1);
  code.op(OP.else);
  const start = lowOffset(layout, write);
  state.get(place);
  code.constant(layout.pageCount * PAGE - start);
  code.op(OP.i32_lt_u);
  code.open(OP.if, true);
  state.get(place);
  code.constant(start);
  code.op(OP.i32_add);
  const offset = state.tee();
  code.constant(12);
  code.op(OP.i32_shr_u);
  code.memory(OP.i32_load8_u, rightsTable(layout));
  code.constant(write ? 1 : 0);
  code.op(OP.i32_shr_u);
  code.constant(1);
  code.op(OP.i32_and);
  state.get(offset);
  code.constant(PAGE - 1);
  code.op(OP.i32_and);
  code.constant(PAGE - size);
  code.op(OP.i32_le_u);
  code.op(OP.i32_and);
  code.op(OP.else);
  code.constant(0);
  code.end();
  code.end();
}

/**
 * The local `place` is an address less where the low region begins. Make it how far that is above
 * the stack's start; if the access is not in the stack, do `otherwise`, which makes it another
 * offset or does not come back.
 */
export function inStack(
  state: BlockState,
  place: number,
  size: number,
  write: boolean,
  otherwise: () => void,
): void {
  const { code, layout } = state;
  const deep = write ? layout.deepStack : 0;
  state.get(place);
  code.constant(lowStart(layout, write) - stackStart(layout));
  code.op(OP.i32_add);
  code.indexed(OP.local_tee, place);
  if (deep > 0) {
    code.constant(deep);
    code.op(OP.i32_sub);
  }
  code.constant(layout.stackSize - deep - size);
  code.op(OP.i32_gt_u);
  code.open(OP.if);
  otherwise();
  code.end();
}

/**
 * The local `place` is how far an address is above the stack's start. If it is in data between
 * code, make it the offset of that; if not, do `otherwise`, which does not come back.
 */
export function inGap(state: BlockState, place: number, size: number, otherwise: () => void): void {
  const { code, layout } = state;
  for (const [from, to] of layout.gaps) {
    state.get(place);
    code.constant(stackStart(layout) - from);
    code.op(OP.i32_add);
    const distance = state.tee();
    code.constant(to - from - size + 1);
    code.op(OP.i32_lt_u);
    code.open(OP.if);
    state.get(distance);
    code.constant(placeOf(layout, from));
    code.op(OP.i32_add);
    code.indexed(OP.local_set, place);
    code.op(OP.else);
  }
  otherwise();
  for (const _ of layout.gaps) code.end();
}
