// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * Guards: one comparison for all that a piece of code does in the stack, so that its pushes, pops
 * and uses of variables need none of their own.
 *
 * Invariant: after a guard the place of each of its registers is where in the stack its extent
 * begins, as an offset; its registers, moved by every distance in their extents, are addresses of
 * the stack; with a floor, esp + floor is not above the lowest address that is reached from ebp;
 * and ebp is where it was taken to be.
 */
import { EBP, ESP } from '../registers.ts';
import { stackStart } from './access.ts';
import type { Extent, Extents } from './frame.ts';
import type { Known } from './known.ts';
import type { BlockState } from './state.ts';
import { OP } from './wasm.ts';

/**
 * Push 1 when the guard fails, which is when the interpreter has to take over. False when there is
 * nothing to guard, and nothing is pushed.
 */
export function emitGuard(state: BlockState, { roots, floor, frameAt }: Extents): boolean {
  const { code } = state;
  let parts = 0;
  for (const [register, extent] of roots) {
    emitOutside(state, register, extent);
    if (parts++ > 0) code.op(OP.i32_or);
  }
  if (frameAt !== undefined && parts > 0) {
    state.pushRegister(EBP);
    state.pushRegister(ESP);
    code.constant(frameAt);
    code.op(OP.i32_add);
    code.op(OP.i32_ne);
    code.op(OP.i32_or);
  }
  const caller = roots.get(EBP);
  if (roots.has(ESP) && caller !== undefined && floor !== undefined) {
    // Both are in the stack or the guard has failed already, so that neither sum wraps.
    state.pushRegister(EBP);
    code.constant(caller[0] - floor);
    code.op(OP.i32_add);
    state.pushRegister(ESP);
    code.op(OP.i32_lt_u);
    code.op(OP.i32_or);
  }
  return parts > 0;
}

/** Push 1 if any byte of the extent from the register on is outside of the stack, or deep in it. */
function emitOutside(state: BlockState, register: number, [from, to]: Extent): void {
  const { code, layout } = state;
  state.pushRegister(register);
  code.constant(from - stackStart(layout));
  code.op(OP.i32_add);
  const room = layout.stackSize - layout.deepStack - (to - from);
  if (room < 0) {
    code.indexed(OP.local_set, state.placeOf(register));
    code.constant(1);
    return;
  }
  code.indexed(OP.local_tee, state.placeOf(register));
  if (layout.deepStack > 0) {
    code.constant(layout.deepStack);
    code.op(OP.i32_sub);
  }
  code.constant(room);
  code.op(OP.i32_gt_u);
}

/**
 * Let what is on the stack be 1 as well if a register is not what it was taken to be. `cover` is
 * the guard that covers it; where it reaches nothing from the root, it does not matter.
 */
export function orDiffers(
  state: BlockState,
  register: number,
  known: Known,
  cover: Extents | undefined,
): void {
  if (cover?.roots.get(known.root) === undefined) return;
  state.pushRegister(register);
  pushKnown(state, known, cover);
  state.code.op(OP.i32_ne);
  state.code.op(OP.i32_or);
}

/** Push the address that is known, where `cover` reaches something from its root. */
export function pushKnown(state: BlockState, { root, value }: Known, { roots }: Extents): void {
  const { code, layout } = state;
  const [from] = roots.get(root) as Extent;
  state.get(state.placeOf(root));
  code.constant(value - from + stackStart(layout));
  code.op(OP.i32_add);
}
