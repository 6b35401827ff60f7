// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * The function of a translated module that `int 0x80` calls: it serves reads and writes of one byte
 * from the windows of windows.ts, and has the runner do all other calls.
 *
 * (eax, ebx, ecx, edx, next address, known flags) → eax, as the runner's `systemCall`. Invariant: a
 * byte is read or written in the guest's memory exactly where access.ts lets code do that.
 */
import { CALL } from '../call-numbers.ts';
import { type AccessLayout, lowOffset, lowStart, stackStart } from './access.ts';
import { pushCell, READ_LIMITS, WRITE_LIMITS } from './cells.ts';
import { IMPORTS, SYSTEM_CALL } from './layout.ts';
import { Code, type DefinedFunction, type ImportedFunction, OP } from './wasm.ts';
import { DESCRIPTORS, ENTRY, WRITE_PAIR } from './windows.ts';

/** Parameters, then locals. */
const [EAX, EBX, ECX, EDX, NEXT, KNOWN, PAIR, BYTE, PLACE] = [0, 1, 2, 3, 4, 5, 6, 7, 8] as const;

export function quickSystemCall(layout: AccessLayout): DefinedFunction {
  const code = new Code();
  for (const writes of [false, true]) emitCall(code, layout, writes);
  for (const parameter of [EAX, EBX, ECX, EDX, NEXT, KNOWN]) {
    code.indexed(OP.local_get, parameter);
  }
  code.indexed(OP.call, SYSTEM_CALL);
  code.op(OP.end);
  return { locals: 3, code, signature: (IMPORTS[SYSTEM_CALL] as ImportedFunction).signature };
}

/**
 * Return 1 if it is this call, of one byte, the descriptor has a window with a byte, and the
 * address is right.
 */
function emitCall(code: Code, layout: AccessLayout, writes: boolean): void {
  const isCall = code.open(OP.block);
  const unless = (opcode: number): void => {
    code.op(opcode);
    code.branch(OP.br_if, isCall);
  };
  code.indexed(OP.local_get, EAX);
  code.constant(writes ? CALL.WRITE : CALL.READ);
  unless(OP.i32_ne);
  code.indexed(OP.local_get, EDX);
  code.constant(1);
  unless(OP.i32_ne);
  code.indexed(OP.local_get, EBX);
  code.constant(DESCRIPTORS);
  unless(OP.i32_ge_u);
  code.indexed(OP.local_get, EBX);
  code.constant(ENTRY);
  code.op(OP.i32_mul);
  code.indexed(OP.local_tee, PAIR);
  const pair = layout.stackSize + (writes ? WRITE_PAIR : 0);
  code.memory(OP.i32_load, pair);
  code.indexed(OP.local_tee, BYTE);
  code.indexed(OP.local_get, PAIR);
  code.memory(OP.i32_load, pair + 4);
  unless(OP.i32_ge_u);
  emitPlace(code, layout, !writes, isCall);
  code.indexed(OP.local_get, writes ? BYTE : PLACE);
  code.indexed(OP.local_get, writes ? PLACE : BYTE);
  code.memory(OP.i32_load8_u);
  code.memory(OP.i32_store8);
  code.indexed(OP.local_get, PAIR);
  code.indexed(OP.local_get, BYTE);
  code.constant(1);
  code.op(OP.i32_add);
  code.memory(OP.i32_store, pair);
  code.constant(1);
  code.op(OP.return);
  code.end();
}

/** Set PLACE to where the byte at the address in ecx is, or branch to `otherwise`. */
function emitPlace(code: Code, layout: AccessLayout, write: boolean, otherwise: number): void {
  const distance = (origin: number): void => {
    code.indexed(OP.local_get, ECX);
    code.constant(origin);
    code.op(OP.i32_sub);
  };
  const origin = lowStart(layout, write);
  distance(origin);
  pushCell(code, layout, (write ? WRITE_LIMITS : READ_LIMITS)[1] as number);
  code.op(OP.i32_lt_u);
  code.open(OP.if);
  distance(origin - lowOffset(layout, write));
  code.indexed(OP.local_set, PLACE);
  code.op(OP.else);
  const deep = write ? layout.deepStack : 0;
  distance(stackStart(layout) + deep);
  code.constant(layout.stackSize - deep);
  code.op(OP.i32_ge_u);
  code.branch(OP.br_if, otherwise);
  distance(stackStart(layout));
  code.indexed(OP.local_set, PLACE);
  code.end();
}
