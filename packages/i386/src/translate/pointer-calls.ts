// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * Calls by pointers that stay within WebAssembly: a small cache of addresses that were called, and
 * the function of a module that looks there first.
 *
 * A program calls few functions by pointers, and those again and again. For the first call of each
 * the runner is asked. It enters what it has found in the cache: two words in the guest's buffer,
 * after the cells, and the function itself at the same place of a table that all modules of a
 * process share. Each address has two places, which have nothing to do with each other, so that
 * few that are called in turn take each other's. Invariant: an entry is what the runner would
 * answer, or its address has no place there, so that it fits no call.
 */

import type { Layout, Memory } from '../memory.ts';
import { EAX } from '../registers.ts';
import { CALLS_CELL, pushCell, setCell } from './cells.ts';
import { CALL_INDIRECT, PASSED_REGISTERS } from './layout.ts';
import type { WasmTable } from './platform.ts';
import { Code, type DefinedFunction, OP, type Signature } from './wasm.ts';

const COUNT_BITS = 9;
/** Entries. They have the second half of the 8 KiB that windows.ts leaves. */
export const POINTER_COUNT: number = 1 << COUNT_BITS;
/** Bytes of an entry: address, flags that it leaves wrong. */
const ENTRY = 8;
const WRONG = 4;
/** Bytes from the stack's end on that the entries are after: see windows.ts, cells.ts. */
const FIRST = 4096;
/**
 * The places of an address are the high bits of its product with this, and those after them: a
 * prime near 2 to the power of 32, divided by the golden ratio (Knuth, The Art of Computer
 * Programming, volume 3, 6.4).
 */
const MULTIPLIER = 0x9e3779b1;
const SHIFT: number = 32 - COUNT_BITS;
const SECOND_SHIFT: number = SHIFT - COUNT_BITS;
const MASK: number = POINTER_COUNT - 1;

/** Parameters of the call, then locals. */
const [TARGET, BACK, KNOWN, NEEDED, DEPTH] = [0, 1, 2, 3, 4] as const;
const [LEFT, PRODUCT, PLACE] = [5, 6, 7] as const;
const LOCALS = 3;

/** As the runner's `callIndirect`, with eax as a result. */
const SIGNATURE: Signature = { parameters: 5, results: 2 };

/** Both places of an address. */
function placesOf(target: number): readonly [number, number] {
  const product = Math.imul(target, MULTIPLIER);
  return [product >>> SHIFT, (product >>> SECOND_SHIFT) & MASK];
}

/** What an entry has that is empty: an address that has no place there. */
function emptyAt(place: number): number {
  return place === 0 ? 1 : 0;
}

/** The cache of a process, for the runner. */
export class PointerCalls {
  private readonly table: WasmTable;
  private readonly memory: Memory;
  private readonly start: number;
  /** Which of two entries is given up next. */
  private turn: 0 | 1 = 0;

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
    this.memory.view.setInt32(this.start, emptyAt(0), true);
  }

  /**
   * @param wrong flags that are not right after `enter`, the function at `target`, has returned.
   */
  remember(target: number, enter: unknown, wrong: number): void {
    const { view } = this.memory;
    const places = placesOf(target);
    const startOf = (place: number): number => this.start + place * ENTRY;
    const isFree = (place: number): boolean =>
      [emptyAt(place), target].includes(view.getInt32(startOf(place), true));
    const place = places.find(isFree) ?? places[this.turn];
    this.turn = this.turn === 0 ? 1 : 0;
    this.table.set(place, enter);
    const at = startOf(place);
    view.setInt32(at, target, true);
    view.setInt32(at + WRONG, wrong, true);
  }
}

/** The function of a module that calls what is in the cache, and lets the runner call the rest. */
export function quickPointerCall(layout: Layout, depthLimit: number): DefinedFunction {
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
  get(TARGET);
  code.constant(MULTIPLIER);
  code.op(OP.i32_mul);
  code.indexed(OP.local_tee, PRODUCT);
  code.constant(SHIFT);
  code.op(OP.i32_shr_u);
  const setPlace = (): void => {
    code.constant(ENTRY);
    code.op(OP.i32_mul);
    code.indexed(OP.local_set, PLACE);
  };
  setPlace();
  const isElsewhere = (): void => {
    get(PLACE);
    code.memory(OP.i32_load, entry);
    get(TARGET);
    code.op(OP.i32_ne);
  };
  isElsewhere();
  code.open(OP.if);
  get(PRODUCT);
  code.constant(SECOND_SHIFT);
  code.op(OP.i32_shr_u);
  code.constant(MASK);
  code.op(OP.i32_and);
  setPlace();
  isElsewhere();
  code.branch(OP.br_if, isOther);
  code.end();
  get(PLACE);
  code.memory(OP.i32_load, entry + WRONG);
  get(NEEDED);
  unless(OP.i32_and);
  get(DEPTH);
  code.constant(depthLimit);
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
  return { locals: LOCALS, code, signature: SIGNATURE };
}
