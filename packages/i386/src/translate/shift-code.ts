// SPDX-License-Identifier: GPL-3.0-or-later
/** The code of shifts and bit scans; see handlers.ts. */
import { REGISTER } from '../decode.ts';
import type { BlockEmitter } from './block.ts';
import { type EmitHandler, keepOperand, operand } from './emit-handler.ts';
import { OP } from './wasm.ts';

/** shld and shrd where nobody reads the flags. `back` is the other direction. */
export function shiftDouble(op: number, back: number): EmitHandler {
  return (emitter, i, needed) => {
    if (needed !== 0) return false;
    const { state } = emitter;
    const { code } = state;
    const to = operand(i, 0);
    const [value, filler, count] = [0, 1, 2].map((n) => keepOperand(emitter, operand(i, n)));
    emitter.write(to, () => {
      state.get(value as number);
      state.get(count as number);
      code.op(op);
      // By 1 and by 31 − count, so that a count of 0 leaves nothing of the filler.
      state.get(filler as number);
      code.constant(1);
      code.op(back);
      state.get(count as number);
      code.constant(31);
      code.op(OP.i32_xor);
      code.op(back);
      code.op(OP.i32_or);
    });
    return true;
  };
}

/** bsf and bsr where nobody reads the flags: for 0 the register stays what it is. */
export function scan(op: number): EmitHandler {
  return (emitter, i, needed) => {
    if (needed !== 0) return false;
    const { state } = emitter;
    const { code } = state;
    const to = operand(i, 0);
    const value = keepOperand(emitter, operand(i, 1));
    emitter.write(to, () => {
      state.get(value);
      code.op(op);
      if (op === OP.i32_clz) {
        code.constant(31);
        code.op(OP.i32_xor);
      }
      emitter.read(to);
      state.get(value);
      code.op(OP.select);
    });
    return true;
  };
}

export function shift(op: number, kind: 'shl' | 'shr' | 'sar'): EmitHandler {
  return (emitter, i, needed, live) => {
    const { state } = emitter;
    const { code } = state;
    const [to, by] = [operand(i, 0), operand(i, 1)];
    if (needed !== 0 && by.kind === REGISTER) return false;
    // A count in cl may be zero: then the flags before live on.
    if (by.kind === REGISTER && (live & i.writes) !== 0) return false;
    const value = keepOperand(emitter, to);
    state.get(value);
    emitter.read(by); // WebAssembly takes counts modulo 32, as the processor does
    code.op(op);
    const result = state.keep();
    emitter.write(to, () => state.get(result));
    if (needed !== 0) shiftFlags(emitter, kind, value, by.value & 31, result);
    return true;
  };
}

function shiftFlags(
  emitter: BlockEmitter,
  kind: 'shl' | 'shr' | 'sar',
  value: number,
  count: number,
  result: number,
): void {
  const { state } = emitter;
  const { code } = state;
  const bit = (local: number, number: number): void => {
    state.get(local);
    code.constant(number);
    code.op(OP.i32_shr_u);
    code.constant(1);
    code.op(OP.i32_and);
  };
  bit(value, kind === 'shl' ? 32 - count : count - 1);
  const carry = state.keep();
  if (kind === 'sar') code.constant(0);
  else bit(kind === 'shl' ? result : value, 31);
  if (kind === 'shl') {
    state.get(carry);
    code.op(OP.i32_xor);
  }
  const overflow = state.keep();
  emitter.setProducer({ kind: 'shift', carry, overflow, result });
}
