// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * Calls of guest functions, and jumps to them, in WebAssembly: an instruction → code that leaves
 * the address that was returned to on the stack, and eax in its local.
 *
 * Registers that are passed go as parameters, and eax comes back as a result; all others go by
 * their cells. Calls within recursive groups are counted, as each costs host stack; beyond the
 * limit the interpreter makes them.
 */
import type { Instruction, Operand } from '../decode.ts';
import { ARITHMETIC } from '../flags.ts';
import { EAX, ESP } from '../registers.ts';
import type { BlockEmitter } from './block.ts';
import { pushCell } from './cells.ts';
import { droppedBy, type FunctionFacts } from './facts.ts';
import type { ModuleContext } from './function.ts';
import {
  DEPTH_LOCAL,
  INTERPRET,
  JUMP_INDIRECT,
  LEAVE,
  PASSED,
  PASSED_REGISTERS,
  POINTER_CALL,
  RETURN_LOCAL,
} from './layout.ts';
import { TOP } from './state.ts';
import { OP } from './wasm.ts';

/** A call of a function that is translated. */
export interface KnownCall {
  readonly callee: FunctionFacts;
  /** Address after the call. */
  readonly back: number;
  /** Flags that the callee may read. */
  readonly live: number;
  /** It is in the caller's recursive group. */
  readonly isRecursive: boolean;
}

export function callFunction(
  emitter: BlockEmitter,
  { indices, depthLimit }: ModuleContext,
  { callee, back, live, isRecursive }: KnownCall,
): void {
  const { state } = emitter;
  const { code } = state;
  const target = callee.code.entry;
  emitter.push(() => code.constant(back));
  emitter.spillSome(~PASSED, live);
  if (isRecursive) {
    state.get(DEPTH_LOCAL);
    code.constant(depthLimit);
    code.op(OP.i32_ge_s);
    code.open(OP.if, true);
    state.storeDirty();
    for (const argument of [target, back, live, callee.liveOut]) code.constant(argument);
    state.get(DEPTH_LOCAL);
    code.indexed(OP.call, INTERPRET);
    pushCell(code, state.layout, EAX);
    state.setLocal(EAX);
    code.constant(back);
    code.op(OP.else);
  }
  for (const register of PASSED_REGISTERS) state.pushRegister(register);
  state.get(DEPTH_LOCAL);
  if (isRecursive) {
    code.constant(1);
    code.op(OP.i32_add);
  }
  code.indexed(OP.call, indices.get(target) as number);
  state.setLocal(EAX);
  if (isRecursive) code.end();
}

/** The call of a copy. */
export function enterCopy(emitter: BlockEmitter, { address, length }: Instruction): void {
  emitter.push(() => emitter.state.code.constant(address + length));
}

/** The return out of a copy, unless it is not to `back`: then the interpreter takes over. */
export function comeBack(emitter: BlockEmitter, ret: Instruction, back: number): void {
  const { state } = emitter;
  const { code } = state;
  emitter.read(TOP);
  code.constant(back);
  code.op(OP.i32_ne);
  code.open(OP.if);
  emitter.leaveHere();
  code.end();
  state.moveStackPointer(4 + droppedBy(ret));
}

/**
 * @param back address after the call.
 * @param needed flags that are read there.
 */
export function callPointer(
  emitter: BlockEmitter,
  { operands }: Instruction,
  back: number,
  needed: number,
): void {
  const { state } = emitter;
  const { code } = state;
  emitter.read(operands[0] as Operand);
  const target = state.keep();
  emitter.push(() => code.constant(back));
  emitter.spillAll(ARITHMETIC);
  state.get(target);
  for (const argument of [back, ARITHMETIC, needed]) code.constant(argument);
  state.get(DEPTH_LOCAL);
  code.indexed(OP.call, emitter.helpers + POINTER_CALL);
  state.setLocal(EAX);
}

/** The interpreter goes on at the address. Nothing is reached after it. */
export function leaveFor(emitter: BlockEmitter, address: number): void {
  const { code } = emitter.state;
  emitter.slots?.flush();
  emitter.spillAll(ARITHMETIC);
  code.constant(address);
  code.constant(ARITHMETIC);
  code.indexed(OP.call, LEAVE);
  code.op(OP.unreachable);
}

/**
 * What is there returns to the caller of the function that jumps. Nothing is reached after it.
 *
 * @param entryLocal what esp was at the entry, where `fact.drop` is known.
 */
export function jumpByPointer(
  emitter: BlockEmitter,
  { operands }: Instruction,
  { drop, liveOut }: FunctionFacts,
  entryLocal: number | undefined,
): void {
  const { state } = emitter;
  const { code } = state;
  emitter.read(operands[0] as Operand);
  const target = state.keep();
  emitter.slots?.flush();
  emitter.spillAll(ARITHMETIC);
  state.get(target);
  code.constant(ARITHMETIC);
  code.constant(liveOut);
  state.get(DEPTH_LOCAL);
  code.indexed(OP.call, JUMP_INDIRECT);
  code.indexed(OP.local_set, RETURN_LOCAL);
  if (drop !== undefined) {
    pushCell(code, state.layout, ESP);
    state.get(entryLocal as number);
    code.constant(4 + drop);
    code.op(OP.i32_add);
    code.op(OP.i32_ne);
    code.open(OP.if);
    emitter.leaveSpilledTo(liveOut);
    code.end();
  }
  state.get(RETURN_LOCAL);
  pushCell(code, state.layout, EAX);
  code.op(OP.return);
}
