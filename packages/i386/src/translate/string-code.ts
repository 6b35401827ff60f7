// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * `movs` and `stos` in WebAssembly: one element as a load and a store; with a repeat prefix all at
 * once, by functions of the module that every such instruction calls.
 *
 * These functions take (edi, esi or eax, ecx, shift, flags) and return 1 when they have done it, 0
 * when they did nothing: then the interpreter does it. Invariant: they write only what access.ts
 * lets code write, and what is left is what element after element would leave.
 */
import { type Instruction, MEMORY, type Operand } from '../decode.ts';
import { DIRECTION } from '../flags.ts';
import { PAGE, rightsTable } from '../memory.ts';
import { EAX, ECX, EDI, ESI } from '../registers.ts';
import { type AccessLayout, lowOffset, lowStart, stackStart } from './access.ts';
import type { BlockEmitter } from './block.ts';
import { FLAGS_CELL, FUEL_CELL, pushCell, READ_LIMITS, setCell, WRITE_LIMITS } from './cells.ts';
import { QUICK_COPY, QUICK_FILL } from './layout.ts';
import { Code, type DefinedFunction, OP, type Signature } from './wasm.ts';

/** Parameters, then locals. */
const [TO, FROM, COUNT, SHIFT, BYTES, PLACE, FIRST] = [0, 1, 2, 3, 4, 5, 6] as const;
const LOCALS = 3;
const SIGNATURE: Signature = { parameters: 4, results: 1 };
/** More elements have more bytes than memory, whatever their size. */
const MAX_COUNT = 1 << 28;

/** What `movs` and `stos` without a prefix read and write. */
export function stringOperands({ operation, size, repeat }: Instruction): Operand[] {
  if (repeat !== 0) return [];
  if (operation === 'movs') return [pointedBy(EDI, size), pointedBy(ESI, size)];
  return operation === 'stos' ? [pointedBy(EDI, size)] : [];
}

function pointedBy(base: number, size: Instruction['size']): Operand {
  const plain = { register: 0, index: -1, shift: 0, mask: -1, segment: 0, value: 0 };
  return { kind: MEMORY, size, base, ...plain };
}

/** The instruction, whatever its prefix. */
export function emitString(emitter: BlockEmitter, i: Instruction, source: number): void {
  if (i.repeat === 0) emitElement(emitter, i, source);
  else emitRepeated(emitter, i, source);
}

function emitElement(emitter: BlockEmitter, i: Instruction, source: number): void {
  const { state } = emitter;
  const { code } = state;
  const [to, from] = stringOperands(i) as [Operand, Operand | undefined];
  pushCell(code, state.layout, FLAGS_CELL);
  code.constant(DIRECTION);
  code.op(OP.i32_and);
  code.open(OP.if);
  emitter.leaveHere();
  code.end();
  emitter.write(to, () => {
    if (from === undefined) state.pushRegister(EAX);
    else emitter.read(from);
  });
  for (const register of source === ESI ? [ESI, EDI] : [EDI]) {
    state.pushRegister(register);
    code.constant(i.size);
    code.op(OP.i32_add);
    state.setRegister(register);
  }
}

function emitRepeated(emitter: BlockEmitter, i: Instruction, source: number): void {
  const { state, slots } = emitter;
  const { code } = state;
  const shift = i.size >> 1;
  const pointers = source === ESI ? [EDI, ESI] : [EDI];
  slots?.flush();
  emitter.spillHere();
  for (const register of [EDI, source, ECX]) state.pushRegister(register);
  code.constant(shift);
  code.indexed(OP.call, emitter.helpers + (source === ESI ? QUICK_COPY : QUICK_FILL));
  code.open(OP.if);
  for (const register of pointers) {
    state.pushRegister(register);
    state.pushRegister(ECX);
    code.constant(shift);
    code.op(OP.i32_shl);
    code.op(OP.i32_add);
    state.setLocal(register);
  }
  code.constant(0);
  state.setLocal(ECX);
  code.op(OP.else);
  emitter.stepHere();
  for (const register of [...pointers, ECX]) {
    pushCell(code, state.layout, register);
    state.setLocal(register);
  }
  code.end();
  for (const register of [...pointers, ECX]) state.changed(register);
  state.words.forget();
  slots?.loadAll();
}

/** `rep movs`. */
export function quickCopy(layout: AccessLayout): DefinedFunction {
  return helper(layout, (code, otherwise) => {
    emitPlace(code, layout, FROM, false, otherwise);
    code.indexed(OP.local_get, PLACE);
    code.indexed(OP.local_set, FIRST);
    emitPlace(code, layout, TO, true, otherwise);
    // Forward copying onto what is still to be read repeats it; memory.copy does not.
    code.indexed(OP.local_get, PLACE);
    code.indexed(OP.local_get, FIRST);
    code.op(OP.i32_sub);
    code.indexed(OP.local_get, BYTES);
    code.op(OP.i32_lt_u);
    code.branch(OP.br_if, otherwise);
    code.indexed(OP.local_get, PLACE);
    code.indexed(OP.local_get, FIRST);
    code.indexed(OP.local_get, BYTES);
    code.memoryCopy();
  });
}

/** `rep stos`, of words only where all their bytes are the same. */
export function quickFill(layout: AccessLayout): DefinedFunction {
  return helper(layout, (code, otherwise) => {
    code.indexed(OP.local_get, SHIFT);
    code.open(OP.if);
    code.indexed(OP.local_get, FROM);
    code.constant(0xff);
    code.op(OP.i32_and);
    code.constant(0x01010101);
    code.op(OP.i32_mul);
    code.indexed(OP.local_get, FROM);
    code.op(OP.i32_ne);
    code.branch(OP.br_if, otherwise);
    code.end();
    emitPlace(code, layout, TO, true, otherwise);
    code.indexed(OP.local_get, PLACE);
    code.indexed(OP.local_get, FROM);
    code.indexed(OP.local_get, BYTES);
    code.memoryFill();
  });
}

function helper(
  layout: AccessLayout,
  body: (code: Code, otherwise: number) => void,
): DefinedFunction {
  const code = new Code();
  const otherwise = code.open(OP.block);
  pushCell(code, layout, FLAGS_CELL);
  code.constant(DIRECTION);
  code.op(OP.i32_and);
  code.branch(OP.br_if, otherwise);
  code.indexed(OP.local_get, COUNT);
  code.constant(MAX_COUNT);
  code.op(OP.i32_ge_u);
  code.branch(OP.br_if, otherwise);
  code.indexed(OP.local_get, COUNT);
  code.indexed(OP.local_get, SHIFT);
  code.op(OP.i32_shl);
  code.indexed(OP.local_set, BYTES);
  body(code, otherwise);
  countElements(code, layout);
  code.constant(1);
  code.op(OP.return);
  code.end();
  code.constant(0);
  code.op(OP.end);
  return { locals: LOCALS, code, signature: SIGNATURE };
}

/** Each element counts as an instruction. Nothing is left to count rather than less. */
function countElements(code: Code, layout: AccessLayout): void {
  setCell(code, layout, FUEL_CELL, () => {
    pushCell(code, layout, FUEL_CELL);
    code.indexed(OP.local_get, COUNT);
    code.op(OP.i32_sub);
    code.constant(0);
    pushCell(code, layout, FUEL_CELL);
    code.indexed(OP.local_get, COUNT);
    code.op(OP.i32_ge_s);
    code.op(OP.select);
  });
}

/** Set PLACE to where all BYTES at the address in `pointer` are, or branch to `otherwise`. */
function emitPlace(
  code: Code,
  layout: AccessLayout,
  pointer: number,
  write: boolean,
  otherwise: number,
): void {
  const limit = (write ? WRITE_LIMITS : READ_LIMITS)[1] as number;
  emitWithin(code, pointer, lowStart(layout, write), () => pushCell(code, layout, limit));
  code.open(OP.if);
  code.indexed(OP.local_get, PLACE);
  code.constant(lowOffset(layout, write));
  code.op(OP.i32_add);
  code.indexed(OP.local_set, PLACE);
  code.op(OP.else);
  if (layout.isPaged) {
    emitInPage(code, layout, pointer, write);
    code.op(OP.i32_eqz);
    code.open(OP.if);
  }
  const deep = write ? layout.deepStack : 0;
  const room = layout.stackSize - deep;
  emitWithin(code, pointer, stackStart(layout) + deep, () => code.constant(room));
  code.op(OP.i32_eqz);
  code.branch(OP.br_if, otherwise);
  if (deep > 0) {
    code.indexed(OP.local_get, PLACE);
    code.constant(deep);
    code.op(OP.i32_add);
    code.indexed(OP.local_set, PLACE);
  }
  if (layout.isPaged) code.end();
  code.end();
}

/** Push 1 if BYTES at the pointer are in one low page with the right, and set PLACE to them. */
function emitInPage(code: Code, layout: AccessLayout, pointer: number, write: boolean): void {
  const start = lowOffset(layout, write);
  code.indexed(OP.local_get, pointer);
  code.constant(lowStart(layout, write));
  code.op(OP.i32_sub);
  code.indexed(OP.local_tee, PLACE);
  code.constant(layout.pageCount * PAGE - start);
  code.op(OP.i32_lt_u);
  code.open(OP.if, true);
  code.indexed(OP.local_get, PLACE);
  code.constant(start);
  code.op(OP.i32_add);
  code.indexed(OP.local_tee, PLACE);
  code.constant(12);
  code.op(OP.i32_shr_u);
  code.memory(OP.i32_load8_u, rightsTable(layout));
  code.constant(write ? 1 : 0);
  code.op(OP.i32_shr_u);
  code.constant(1);
  code.op(OP.i32_and);
  code.indexed(OP.local_get, PLACE);
  code.constant(PAGE - 1);
  code.op(OP.i32_and);
  code.indexed(OP.local_get, BYTES);
  code.op(OP.i32_add);
  code.constant(PAGE);
  code.op(OP.i32_le_u);
  code.op(OP.i32_and);
  code.op(OP.else);
  code.constant(0);
  code.end();
}

/**
 * Set PLACE to how far the address is above `start`; push 1 if BYTES from there are below `end`.
 */
function emitWithin(code: Code, pointer: number, start: number, end: () => void): void {
  code.indexed(OP.local_get, pointer);
  code.constant(start);
  code.op(OP.i32_sub);
  code.indexed(OP.local_set, PLACE);
  code.indexed(OP.local_get, BYTES);
  end();
  code.op(OP.i32_le_u);
  code.indexed(OP.local_get, PLACE);
  end();
  code.indexed(OP.local_get, BYTES);
  code.op(OP.i32_sub);
  code.op(OP.i32_le_u);
  code.op(OP.i32_and);
}
