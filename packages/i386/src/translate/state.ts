// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * What the emitter knows within a block: where register values are, what is on the stack, who made
 * the flags.
 *
 * Registers live in locals; `dirty` ones differ from their cells. esp moves by `delta` without
 * code, until it has to be seen. Values that were pushed (or stored at a known distance from the
 * block's first esp) are remembered in temporaries, so that a pop need not load them. Invariant: at
 * the end of each instruction, local esp + delta is the guest's esp, and a slot's temporary equals
 * the four bytes of memory at its place.
 */
import { MEMORY, type Operand, REGISTER } from '../decode.ts';
import { ESP } from '../registers.ts';
import type { AccessLayout } from './access.ts';
import { FLAGS_CELL, GS_CELL, pushCell, setCell } from './cells.ts';
import { FIRST_TEMPORARY, FLAGS_LOCAL, localOf } from './layout.ts';
import { type Code, OP } from './wasm.ts';

/** Slots that are remembered at a time. */
const MAX_SLOTS = 32;

export class BlockState {
  readonly code: Code;
  /** Highest local used so far, over all blocks. */
  highest: number = FIRST_TEMPORARY;
  /** Registers whose cells are out of date, as bits. */
  dirty = 0;
  /** Registers that the function uses, and so holds in locals. */
  readonly touched: number;
  readonly layout: AccessLayout;
  /** Temporaries of blocks start here. */
  private firstTemporary = FIRST_TEMPORARY;
  /** The next that may be free. */
  private temporaries = FIRST_TEMPORARY;
  /** Those whose values somebody may still want. */
  private wanted: ReadonlySet<number> = new Set();
  private readonly places = new Map<number, number>();
  /** What esp is more than its local. */
  private delta = 0;
  /** What the local is more than esp was at the block's start; undefined when not known. */
  private origin = 0;
  /** Distance from the block's first esp → temporary with the value there. */
  private slots = new Map<number, number>();
  /** Registers that are a known distance from the block's first esp. */
  private readonly distances = new Map<number, number>();

  constructor(code: Code, touched: number, layout: AccessLayout) {
    this.code = code;
    this.touched = touched;
    this.layout = layout;
  }

  beginBlock(dirty: number): void {
    this.dirty = dirty;
    this.delta = 0;
    this.origin = 0;
    this.forgetStack();
    this.distances.clear();
    this.beginInstruction([]);
  }

  /**
   * Of the temporaries that were used so far, only `wanted` and those of slots keep their values.
   * Few locals matter: at each place where ways meet, V8 joins all of them.
   */
  beginInstruction(wanted: readonly number[]): void {
    this.temporaries = this.firstTemporary;
    this.wanted = new Set([...wanted, ...this.slots.values()]);
  }

  /** A local that blocks leave alone. */
  reserve(): number {
    const local = this.firstTemporary++;
    if (this.firstTemporary > this.highest) this.highest = this.firstTemporary;
    return local;
  }

  /** The local that a guard sets for a root: see guard.ts. It has to be reserved. */
  placeOf(root: number): number {
    return this.places.get(root) as number;
  }

  reservePlaces(roots: Iterable<number>): void {
    for (const root of roots) if (!this.places.has(root)) this.places.set(root, this.reserve());
  }

  /** A local until the next instruction. */
  temporary(): number {
    while (this.wanted.has(this.temporaries)) this.temporaries++;
    const local = this.temporaries++;
    if (this.temporaries > this.highest) this.highest = this.temporaries;
    return local;
  }

  /** Keep the value on the stack in a new temporary. */
  keep(): number {
    const local = this.temporary();
    this.code.indexed(OP.local_set, local);
    return local;
  }

  /** The same, and leave it on the stack. */
  tee(): number {
    const local = this.temporary();
    this.code.indexed(OP.local_tee, local);
    return local;
  }

  get(local: number): void {
    this.code.indexed(OP.local_get, local);
  }

  // Registers

  pushRegister(register: number): void {
    this.get(localOf(register));
    if (register === ESP && this.delta !== 0) {
      this.code.constant(this.delta);
      this.code.op(OP.i32_add);
    }
  }

  /** Set a register to the value on the stack. */
  setRegister(register: number): void {
    this.setLocal(register);
    this.changed(register);
  }

  /** Set just the register's local to the value on the stack; see {@link changed}. */
  setLocal(register: number): void {
    this.code.indexed(OP.local_set, localOf(register));
  }

  /** The register's local has been set. */
  changed(register: number): void {
    this.dirty |= 1 << register;
    this.distances.delete(register);
    if (register === ESP) {
      this.delta = 0;
      this.restartStack();
    }
  }

  /** The register has just been set to an address this far from the block's first esp. */
  setDistance(register: number, distance: number | undefined): void {
    if (distance === undefined) return;
    if (register !== ESP) this.distances.set(register, distance);
  }

  /** Move esp without code. */
  moveStackPointer(by: number): void {
    this.delta = (this.delta + by) | 0;
    this.dirty |= 1 << ESP;
  }

  /** Let the local of esp be esp. */
  settleStackPointer(): void {
    if (this.delta === 0) return;
    this.pushRegister(ESP);
    this.setLocal(ESP);
    this.origin += this.delta;
    this.delta = 0;
  }

  /** Bring the cells up to date. */
  spill(): void {
    this.settleStackPointer();
    this.storeDirty();
    this.dirty = 0;
  }

  /** The same, where the code may not be reached: the cells still count as out of date. */
  storeDirty(): void {
    this.store(this.dirty);
  }

  /** All registers of the function to their cells, where the local of esp is esp. */
  storeAll(): void {
    this.delta = 0;
    this.store(this.touched);
  }

  private store(registers: number): void {
    for (let register = 0; register < 8; register++) {
      if ((registers & (1 << register)) === 0) continue;
      setCell(this.code, this.layout, register, () => this.pushRegister(register));
    }
  }

  /**
   * On a rare way that goes to an exit: let the local of esp be esp, while here it still is not.
   */
  showStackPointer(): void {
    if (this.delta === 0) return;
    this.pushRegister(ESP);
    this.setLocal(ESP);
  }

  /** The registers of the mask to their cells, which are out of date no more. */
  spillSome(registers: number): void {
    this.store(this.dirty & registers);
    this.dirty &= ~registers;
  }

  /** Take `registers` from the cells, which somebody else has set, and the flags. */
  reload(registers: number): void {
    for (let register = 0; register < 8; register++) {
      if ((registers & this.touched & (1 << register)) === 0) continue;
      pushCell(this.code, this.layout, register);
      this.setLocal(register);
      this.distances.delete(register);
    }
    pushCell(this.code, this.layout, FLAGS_CELL);
    this.code.indexed(OP.local_set, FLAGS_LOCAL);
    this.forgetStack();
    if ((registers & (1 << ESP)) === 0) return;
    this.delta = 0;
    this.restartStack();
  }

  // Memory

  /** Push the operand's address, less `origin`. */
  pushAddress(operand: Operand, origin = 0): void {
    const { code } = this;
    let constant = operand.value - origin;
    let terms = 0;
    if (operand.base >= 0) {
      this.get(localOf(operand.base));
      if (operand.base === ESP) constant += this.delta;
      terms++;
    }
    if (operand.index >= 0) {
      this.get(localOf(operand.index));
      if (operand.shift !== 0) {
        code.constant(operand.shift);
        code.op(OP.i32_shl);
      }
      if (terms++ > 0) code.op(OP.i32_add);
    }
    if (operand.segment !== 0) {
      pushCell(code, this.layout, GS_CELL);
      if (terms++ > 0) code.op(OP.i32_add);
    }
    if (terms === 0) code.constant(constant);
    else if ((constant | 0) !== 0) {
      code.constant(constant);
      code.op(OP.i32_add);
    }
  }

  /** Distance of a memory operand from the block's first esp, if it is known. */
  distanceOf(operand: Operand): number | undefined {
    if (operand.kind !== MEMORY || operand.index >= 0 || operand.segment !== 0) return undefined;
    const base = this.distanceOfRegister(operand.base);
    return base === undefined ? undefined : base + operand.value;
  }

  distanceOfRegister(register: number): number | undefined {
    if (register === ESP) return this.origin + this.delta;
    return this.distances.get(register);
  }

  /** The temporary that holds the four bytes at `distance`. */
  slot(distance: number | undefined): number | undefined {
    return distance === undefined ? undefined : this.slots.get(distance);
  }

  /**
   * `size` bytes at `distance` (undefined: anywhere) have been written, from `temporary` if four.
   */
  stored(distance: number | undefined, size: number, temporary?: number): void {
    if (distance === undefined) {
      this.slots.clear();
      return;
    }
    for (let at = distance - 3; at < distance + size; at++) this.slots.delete(at);
    if (size !== 4 || temporary === undefined) return;
    this.slots.set(distance, temporary);
    const [oldest] = this.slots.keys();
    if (this.slots.size > MAX_SLOTS && oldest !== undefined) this.slots.delete(oldest);
  }

  /** Memory may have changed in any way. */
  forgetStack(): void {
    this.slots.clear();
  }

  /** esp is something new: distances start again from 0. */
  private restartStack(): void {
    this.slots = new Map();
    this.distances.clear();
    this.origin = 0;
  }
}

/** True for a full register. */
export function isRegister(operand: Operand | undefined): operand is Operand {
  return operand?.kind === REGISTER && operand.size === 4;
}

/** [esp] */
export const TOP: Operand = {
  kind: MEMORY,
  size: 4,
  register: 0,
  base: ESP,
  index: -1,
  shift: 0,
  mask: -1,
  segment: 0,
  value: 0,
};
