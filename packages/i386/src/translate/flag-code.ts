// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * Flags in WebAssembly: the last instruction that set them is remembered with its operands in
 * temporaries, and a condition becomes one comparison of those. Only where flags live on beyond the
 * block, or the interpreter may look, are they packed into the flags local, in the layout of
 * EFLAGS. Its other bits are only in the cell: see BlockState. The formulas are those of
 * arithmetic.ts.
 */
import { ADJUST, CARRY, OVERFLOW, PARITY, SIGN, ZERO } from '../flags.ts';
import { FLAGS_LOCAL } from './layout.ts';
import type { BlockState } from './state.ts';
import { OP } from './wasm.ts';

/** Who set the flags. `a`, `b` and `result` are temporaries with sign-extended values. */
export type Producer =
  | { readonly kind: 'packed' }
  /** and, or, xor, test. */
  | { readonly kind: 'logical'; readonly result: number }
  /** add, sub, cmp, neg. */
  | {
      readonly kind: 'add' | 'sub';
      readonly a: number;
      readonly b: number;
      readonly result: number;
    }
  /** adc and sbb: the carry as 0 or 1 in a temporary. */
  | {
      readonly kind: 'adc' | 'sbb';
      readonly a: number;
      readonly b: number;
      readonly carry: number;
      readonly result: number;
    }
  /** inc and dec: the carry is still that of the flags local. */
  | { readonly kind: 'inc' | 'dec'; readonly a: number; readonly result: number }
  /** Shifts: carry and overflow as 0 or 1 in temporaries. */
  | {
      readonly kind: 'shift';
      readonly carry: number;
      readonly overflow: number;
      readonly result: number;
    };

/** The locals with the operands. */
export function temporariesOf(producer: Producer): number[] {
  return Object.values(producer).filter((part) => typeof part === 'number');
}

export const PACKED: Producer = { kind: 'packed' };

/** Push 1 if condition `code` holds, else 0. */
export function pushCondition(state: BlockState, producer: Producer, code: number): void {
  pushBase(state, producer, code >> 1);
  if ((code & 1) === 1) state.code.op(OP.i32_eqz);
}

function pushBase(state: BlockState, producer: Producer, pair: number): void {
  switch (pair) {
    case 0:
      pushOverflow(state, producer);
      return;
    case 1:
      pushCarry(state, producer);
      return;
    case 2:
      pushZero(state, producer);
      return;
    case 3:
      if (producer.kind === 'sub') {
        compare(state, producer.a, producer.b, OP.i32_le_u);
        return;
      }
      pushCarry(state, producer);
      pushZero(state, producer);
      state.code.op(OP.i32_or);
      return;
    case 4:
      pushSign(state, producer);
      return;
    case 5:
      pushParity(state, producer);
      return;
    case 6:
      pushLess(state, producer);
      return;
    default:
      if (producer.kind === 'sub') {
        compare(state, producer.a, producer.b, OP.i32_le_s);
        return;
      }
      pushLess(state, producer);
      pushZero(state, producer);
      state.code.op(OP.i32_or);
      return;
  }
}

function pushLess(state: BlockState, producer: Producer): void {
  if (producer.kind === 'sub') {
    compare(state, producer.a, producer.b, OP.i32_lt_s);
    return;
  }
  pushSign(state, producer);
  if (producer.kind === 'logical') return;
  pushOverflow(state, producer);
  state.code.op(OP.i32_xor);
}

function compare(state: BlockState, a: number, b: number, op: number): void {
  state.get(a);
  state.get(b);
  state.code.op(op);
}

function compareWithZero(state: BlockState, local: number, op: number): void {
  state.get(local);
  state.code.constant(0);
  state.code.op(op);
}

/** Push one flag of the flags local as 0 or 1. */
function pushPacked(state: BlockState, mask: number): void {
  state.get(FLAGS_LOCAL);
  state.code.constant(31 - Math.clz32(mask));
  state.code.op(OP.i32_shr_u);
  state.code.constant(1);
  state.code.op(OP.i32_and);
}

function pushCarry(state: BlockState, producer: Producer): void {
  switch (producer.kind) {
    case 'add': // a sum is less than its parts exactly when it did not fit
      compare(state, producer.result, producer.a, OP.i32_lt_u);
      return;
    case 'sub':
      compare(state, producer.a, producer.b, OP.i32_lt_u);
      return;
    case 'logical':
      state.code.constant(0);
      return;
    case 'shift':
    case 'adc':
    case 'sbb':
      state.get(producer.carry);
      return;
    default:
      pushPacked(state, CARRY);
      return;
  }
}

function pushZero(state: BlockState, producer: Producer): void {
  if (producer.kind === 'packed') {
    pushPacked(state, ZERO);
    return;
  }
  if (producer.kind === 'sub') {
    compare(state, producer.a, producer.b, OP.i32_eq);
    return;
  }
  state.get(producer.result);
  state.code.op(OP.i32_eqz);
}

function pushSign(state: BlockState, producer: Producer): void {
  if (producer.kind === 'packed') {
    pushPacked(state, SIGN);
    return;
  }
  compareWithZero(state, producer.result, OP.i32_lt_s);
}

function pushParity(state: BlockState, producer: Producer): void {
  if (producer.kind === 'packed') {
    pushPacked(state, PARITY);
    return;
  }
  const { code } = state;
  state.get(producer.result);
  code.constant(0xff);
  code.op(OP.i32_and);
  code.op(OP.i32_popcnt);
  code.constant(1);
  code.op(OP.i32_and);
  code.op(OP.i32_eqz);
}

/** Overflow: the operands agree in sign (for a difference: disagree) and the result does not. */
function pushOverflow(state: BlockState, producer: Producer): void {
  const { code } = state;
  switch (producer.kind) {
    case 'packed':
      pushPacked(state, OVERFLOW);
      return;
    case 'logical':
      code.constant(0);
      return;
    case 'shift':
      state.get(producer.overflow);
      return;
    case 'add':
    case 'sub':
    case 'adc':
    case 'sbb':
      compare(state, producer.a, producer.result, OP.i32_xor);
      if (producer.kind === 'add' || producer.kind === 'adc')
        compare(state, producer.b, producer.result, OP.i32_xor);
      else compare(state, producer.a, producer.b, OP.i32_xor);
      code.op(OP.i32_and);
      break;
    case 'inc': // from not negative to negative
      state.get(producer.result);
      state.get(producer.a);
      code.constant(-1);
      code.op(OP.i32_xor);
      code.op(OP.i32_and);
      break;
    case 'dec':
      state.get(producer.a);
      state.get(producer.result);
      code.constant(-1);
      code.op(OP.i32_xor);
      code.op(OP.i32_and);
      break;
  }
  code.constant(0);
  code.op(OP.i32_lt_s);
}

function pushAdjust(state: BlockState, producer: Producer): void {
  const { code } = state;
  switch (producer.kind) {
    case 'packed':
      pushPacked(state, ADJUST);
      return;
    case 'logical':
    case 'shift':
      code.constant(0);
      return;
    case 'add':
    case 'sub':
    case 'adc':
    case 'sbb':
      compare(state, producer.a, producer.b, OP.i32_xor);
      break;
    default:
      state.get(producer.a);
      code.constant(1);
      code.op(OP.i32_xor);
  }
  state.get(producer.result);
  code.op(OP.i32_xor);
  code.constant(4);
  code.op(OP.i32_shr_u);
  code.constant(1);
  code.op(OP.i32_and);
}

const PARTS: readonly (readonly [number, (state: BlockState, producer: Producer) => void])[] = [
  [CARRY, pushCarry],
  [PARITY, pushParity],
  [ADJUST, pushAdjust],
  [ZERO, pushZero],
  [SIGN, pushSign],
  [OVERFLOW, pushOverflow],
];

/**
 * Pack what `producer` left into the flags local, as far as it is in `wanted`; the others of the
 * six become 0.
 */
export function packFlags(state: BlockState, producer: Producer, wanted: number): void {
  if (producer.kind === 'packed') return;
  const { code } = state;
  code.constant(0);
  for (const [mask, push] of PARTS) {
    if ((wanted & mask) === 0) continue;
    push(state, producer);
    const shift = 31 - Math.clz32(mask);
    if (shift !== 0) {
      code.constant(shift);
      code.op(OP.i32_shl);
    }
    code.op(OP.i32_or);
  }
  code.indexed(OP.local_set, FLAGS_LOCAL);
}
