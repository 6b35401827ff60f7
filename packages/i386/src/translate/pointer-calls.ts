// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * Calls by pointers that stay within WebAssembly: a small cache of addresses that were called, and
 * the function of a module that looks there first.
 *
 * A program calls few functions by pointers, and those again and again. For the first call of each
 * the runner is asked. It enters what it has found in the cache: four words in the guest's buffer,
 * after the cells, and the function itself at the same place of a table that all modules of a
 * process share. Each address has two places, so that two that are called in turn do not take each
 * other's. Invariant: an entry is what the runner would answer, or its limit is 0 and it fits no
 * call.
 */

import type { Layout, Memory } from '../memory.ts';
import { EAX } from '../registers.ts';
import { CALLS_CELL, pushCell, setCell } from './cells.ts';
import { CALL_INDIRECT, PASSED_REGISTERS } from './layout.ts';
import type { WasmTable } from './platform.ts';
import { Code, type DefinedFunction, OP, type Signature } from './wasm.ts';

const COUNT_BITS = 8;
/** Entries. They have the second half of the 8 KiB that windows.ts leaves. */
export const POINTER_COUNT: number = 1 << COUNT_BITS;
/** Bytes of an entry: address, flags that it leaves wrong, limit of the depth, nothing. */
const ENTRY = 16;
const [WRONG, LIMIT] = [4, 8] as const;
/** Bytes from the stack's end on that the entries are after: see windows.ts, cells.ts. */
const FIRST = 4096;
/**
 * The first place of an address is the high bits of its product with this: a prime near 2 to the
 * power of 32, divided by the golden ratio (Knuth, The Art of Computer Programming, volume 3, 6.4).
 */
const MULTIPLIER = 0x9e3779b1;
const SHIFT: number = 32 - COUNT_BITS;

/** Parameters of the call, then locals. */
const [TARGET, BACK, KNOWN, NEEDED, DEPTH, LEFT, PLACE] = [0, 1, 2, 3, 4, 5, 6] as const;

/** As the runner's `callIndirect`, with eax as a result. */
const SIGNATURE: Signature = { parameters: 5, results: 2 };

/** Both places of an address. */
function placesOf(target: number): readonly [number, number] {
  const first = Math.imul(target, MULTIPLIER) >>> SHIFT;
  return [first, first ^ 1];
}

/** The cache of a process, for the runner. */
export class PointerCalls {
  private readonly table: WasmTable;
  private readonly memory: Memory;
  private readonly start: number;

  /** @param table of {@link POINTER_COUNT} functions. */
  constructor(memory: Memory, table: WasmTable) {
    this.table = table;
    this.memory = memory;
    this.start = memory.layout.stackSize + FIRST;
    this.clear();
  }

  /** Nothing that was remembered is right any longer. */
  clear(): void {
    this.memory.bytes.fill(0, this.start, this.start + POINTER_COUNT * ENTRY);
  }

  /**
   * @param wrong flags that are not right after `enter`, the function at `target`, has returned.
   */
  remember(target: number, enter: unknown, wrong: number, depthLimit: number): void {
    const { view } = this.memory;
    const places = placesOf(target);
    const startOf = (place: number): number => this.start + place * ENTRY;
    const isFree = (place: number): boolean =>
      [0, target].includes(view.getInt32(startOf(place), true));
    const place = places.find(isFree) ?? places[0];
    this.table.set(place, enter);
    const at = startOf(place);
    view.setInt32(at, target, true);
    view.setInt32(at + WRONG, wrong, true);
    view.setInt32(at + LIMIT, depthLimit, true);
  }
}

/** The function of a module that calls what is in the cache, and lets the runner call the rest. */
export function quickPointerCall(layout: Layout): DefinedFunction {
  const code = new Code();
  const entry = layout.stackSize + FIRST;
  const get = (local: number): void => code.indexed(OP.local_get, local);
  const isOther = code.open(OP.block);
  const unless = (opcode: number): void => {
    code.op(opcode);
    code.branch(OP.br_if, isOther);
  };
  setCell(code, layout, CALLS_CELL, () => {
    pushCell(code, layout, CALLS_CELL);
    code.constant(1);
    code.op(OP.i32_sub);
    code.indexed(OP.local_tee, LEFT);
  });
  get(LEFT);
  code.constant(0);
  unless(OP.i32_lt_s);
  emitPlace(code);
  const isElsewhere = (): void => {
    get(PLACE);
    code.memory(OP.i32_load, entry);
    get(TARGET);
    code.op(OP.i32_ne);
  };
  isElsewhere();
  code.open(OP.if);
  get(PLACE);
  code.constant(ENTRY);
  code.op(OP.i32_xor);
  code.indexed(OP.local_set, PLACE);
  isElsewhere();
  code.branch(OP.br_if, isOther);
  code.end();
  get(PLACE);
  code.memory(OP.i32_load, entry + WRONG);
  get(NEEDED);
  unless(OP.i32_and);
  get(DEPTH);
  get(PLACE);
  code.memory(OP.i32_load, entry + LIMIT);
  unless(OP.i32_ge_s);
  for (const register of PASSED_REGISTERS) pushCell(code, layout, register);
  get(DEPTH);
  code.constant(1);
  code.op(OP.i32_add);
  get(PLACE);
  code.constant(Math.log2(ENTRY));
  code.op(OP.i32_shr_u);
  code.callPointer();
  code.op(OP.return);
  code.end();
  for (const parameter of [TARGET, BACK, KNOWN, NEEDED, DEPTH]) get(parameter);
  code.indexed(OP.call, CALL_INDIRECT);
  pushCell(code, layout, EAX);
  code.op(OP.end);
  return { locals: 2, code, signature: SIGNATURE };
}

/** Set PLACE to how far the first place of TARGET is from the first of all, in bytes. */
function emitPlace(code: Code): void {
  code.indexed(OP.local_get, TARGET);
  code.constant(MULTIPLIER);
  code.op(OP.i32_mul);
  code.constant(SHIFT);
  code.op(OP.i32_shr_u);
  code.constant(ENTRY);
  code.op(OP.i32_mul);
  code.indexed(OP.local_set, PLACE);
}
