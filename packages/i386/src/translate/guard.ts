// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * Guards: one comparison for all that a piece of code does in the stack, so that its pushes, pops
 * and uses of variables need none of their own. And what else is compared on the way.
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
import { RETURN_LOCAL } from './layout.ts';
import type { BlockState, StackPointer } from './state.ts';
import { type Code, OP } from './wasm.ts';

/** Pushes a value that is not 0 when something is not as it was taken to be. */
export type Check = () => void;

/** When one of the checks fails, do `otherwise`, which does not come back. */
export function emitChecks(code: Code, checks: readonly Check[], otherwise: () => void): void {
  const last = checks.at(-1);
  if (last === undefined) return;
  if (checks.length === 1) {
    last();
    code.open(OP.if);
    otherwise();
    code.end();
    return;
  }
  // A branch for each: processors compare and branch in one, but to join two truths takes long.
  const isRight = code.open(OP.block);
  const isWrong = code.open(OP.block);
  for (const check of checks.slice(0, -1)) {
    check();
    code.branch(OP.br_if, isWrong);
  }
  last();
  code.op(OP.i32_eqz);
  code.branch(OP.br_if, isRight);
  code.end();
  otherwise();
  code.end();
}

/** What a guard checks, in this order. When one fails, the interpreter has to take over. */
export function guardChecks(state: BlockState, { roots, floor, frameAt }: Extents): Check[] {
  const { code } = state;
  const checks: Check[] = [...roots].map(
    ([register, extent]) =>
      () =>
        emitOutside(state, register, extent),
  );
  if (frameAt !== undefined && roots.size > 0) {
    checks.push(() => {
      state.pushRegister(EBP);
      state.pushRegister(ESP);
      code.constant(frameAt);
      code.op(OP.i32_add);
      code.op(OP.i32_ne);
    });
  }
  const caller = roots.get(EBP);
  if (roots.has(ESP) && caller !== undefined && floor !== undefined) {
    // Both are in the stack, or the guard has failed already, so that neither sum wraps.
    checks.push(() => {
      state.pushRegister(EBP);
      code.constant(caller[0] - floor);
      code.op(OP.i32_add);
      state.pushRegister(ESP);
      code.op(OP.i32_lt_u);
    });
  }
  return checks;
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
 * That a register is what it was taken to be. `cover` is the guard that covers it; where it
 * reaches nothing from the root, it does not matter.
 */
export function registerChecks(
  state: BlockState,
  register: number,
  known: Known,
  cover: Extents | undefined,
): Check[] {
  if (cover?.roots.get(known.root) === undefined) return [];
  return [
    () => {
      state.pushRegister(register);
      pushKnown(state, known, cover);
      state.code.op(OP.i32_ne);
    },
  ];
}

/**
 * Let the register be what {@link registerChecks} has found it to be, by way of the root's place. A
 * processor that predicts the checks goes on with this at once; what the register was loaded from
 * was often stored just now.
 */
export function takeKnown(
  state: BlockState,
  register: number,
  known: Known,
  cover: Extents | undefined,
): void {
  if (cover?.roots.get(known.root) === undefined) return;
  pushKnown(state, known, cover);
  state.setLocal(register);
}

/** That a call has returned to the address `back`. */
export function returnCheck(code: Code, back: number): Check {
  return () => {
    code.indexed(OP.local_get, RETURN_LOCAL);
    code.constant(back);
    code.op(OP.i32_ne);
  };
}

/** Where esp is, if it is known by its distance from a root whose place `cover` has. */
export function stackFrom(
  state: BlockState,
  esp: Known | undefined,
  cover: Extents | undefined,
): StackPointer | undefined {
  const [from] = (esp && cover?.roots.get(esp.root)) ?? [];
  if (esp === undefined || from === undefined) return undefined;
  const distance = esp.value - from + stackStart(state.layout);
  return { local: state.placeOf(esp.root), distance: distance | 0 };
}

/** Push the address that is known, where `cover` reaches something from its root. */
export function pushKnown(state: BlockState, { root, value }: Known, { roots }: Extents): void {
  const { code, layout } = state;
  const [from] = roots.get(root) as Extent;
  state.get(state.placeOf(root));
  code.constant(value - from + stackStart(layout));
  code.op(OP.i32_add);
}
