// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * What the emitter knows within a block: where register values are, what is on the stack, who made
 * the flags.
 *
 * Registers live in locals; `dirty` ones differ from their cells. esp is a distance from a
 * local, its own or one that stays as it is while esp moves, so that pushes and pops need no
 * code for it. Those that nobody reads before they are set stay in their cells, and their locals
 * are not `held`. The flags local has those of the six flags that are live; the other bits of
 * the flags are only in their cell, as the interpreter alone changes them. Invariant: at the end
 * of each instruction, the guest's esp is where `stack` says, and what else is held is right.
 */
import { MEMORY, type Operand, REGISTER } from '../decode.ts';
import { ARITHMETIC } from '../flags.ts';
import { ESP } from '../registers.ts';
import type { AccessLayout } from './access.ts';
import { FLAGS_CELL, GS_CELL, pushCell, setCell } from './cells.ts';
import { FIRST_TEMPORARY, FLAGS_LOCAL, localOf } from './layout.ts';
import { type LastReads, StackWords } from './stack-words.ts';
import { type Code, OP } from './wasm.ts';

/** esp is `distance` more than a local. */
export interface StackPointer {
  readonly local: number;
  readonly distance: number;
}

const OWN_LOCAL: StackPointer = { local: localOf(ESP), distance: 0 };

export class BlockState {
  readonly code: Code;
  /** Highest local used so far, over all blocks. */
  highest: number = FIRST_TEMPORARY;
  /** Registers whose cells are out of date, as bits. */
  dirty = 0;
  /** Registers whose locals are right. The cells of the others are. */
  held = 0;
  /** Registers that the function uses, and so may hold in locals. */
  readonly touched: number;
  readonly layout: AccessLayout;
  /** Temporaries of blocks start here. */
  private firstTemporary = FIRST_TEMPORARY;
  /** The next that may be free. */
  private temporaries = FIRST_TEMPORARY;
  /** Those whose values somebody may still want. */
  private wanted: ReadonlySet<number> = new Set();
  private readonly places = new Map<number, number>();
  /** Where esp is. */
  stack: StackPointer = OWN_LOCAL;
  /** What is known of the stack. */
  readonly words: StackWords = new StackWords();

  constructor(code: Code, touched: number, layout: AccessLayout) {
    this.code = code;
    this.touched = touched;
    this.layout = layout;
  }

  /**
   * @param held includes `dirty`.
   * @param reads what the block reads of the stack.
   */
  beginBlock(
    dirty: number,
    held: number,
    reads: LastReads = new Map(),
    stack: StackPointer = OWN_LOCAL,
  ): void {
    this.dirty = dirty;
    this.held = held;
    this.stack = stack;
    this.words.begin(reads);
    this.beginInstruction([]);
  }

  /**
   * Of the temporaries that were used so far, only `wanted` and those of words keep their values.
   * Few locals matter: at each place where ways meet, V8 joins all of them.
   */
  beginInstruction(wanted: readonly number[]): void {
    this.temporaries = this.firstTemporary;
    this.wanted = new Set([...wanted, ...this.words.temporaries()]);
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
    this.get(register === ESP ? this.stack.local : localOf(register));
    if (register === ESP && this.stack.distance !== 0) {
      this.code.constant(this.stack.distance);
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
    this.held |= 1 << register;
    if (register === ESP) this.stack = OWN_LOCAL;
  }

  /** Move esp without code. */
  moveStackPointer(by: number): void {
    const { local, distance } = this.stack;
    this.stack = { local, distance: (distance + by) | 0 };
    this.dirty |= 1 << ESP;
  }

  /** Let the local of esp be esp. */
  settleStackPointer(): void {
    this.showStackPointer();
    this.stack = OWN_LOCAL;
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

  /**
   * Where ways to an exit meet, and the local of esp is esp: registers to their cells, `always`,
   * and others of `sometimes` if they are in the mask in the local `held`.
   */
  storeHeld(held: number, always: number, sometimes: number): void {
    const { code } = this;
    this.stack = OWN_LOCAL;
    this.store(this.touched & always);
    for (let register = 0; register < 8; register++) {
      if ((this.touched & sometimes & ~always & (1 << register)) === 0) continue;
      this.get(held);
      code.constant(1 << register);
      code.op(OP.i32_and);
      code.open(OP.if);
      this.store(1 << register);
      code.end();
    }
  }

  /**
   * On a rare way that goes to an exit: the locals of registers that are not held are nobody's, and
   * so is that of the flags if none is `known`, so that V8 keeps nothing for it.
   */
  clearOthers(known: number): void {
    for (let register = 0; register < 8; register++) {
      if ((this.touched & ~this.held & (1 << register)) === 0) continue;
      this.code.constant(0);
      this.setLocal(register);
    }
    if (known !== 0) return;
    this.code.constant(0);
    this.code.indexed(OP.local_set, FLAGS_LOCAL);
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
    if (this.stack.local === OWN_LOCAL.local && this.stack.distance === 0) return;
    this.pushRegister(ESP);
    this.setLocal(ESP);
  }

  /** The registers of the mask to their cells, which are out of date no more. */
  spillSome(registers: number): void {
    this.store(this.dirty & registers);
    this.dirty &= ~registers;
  }

  /**
   * Somebody else has set the cells of `registers`, and the flags. Take those registers that are
   * `needed`, and the flags if somebody wants one of the mask `flags`.
   */
  reload(registers: number, needed: number, flags: number): void {
    this.held &= ~registers;
    for (let register = 0; register < 8; register++) {
      if ((registers & needed & this.touched & (1 << register)) === 0) continue;
      pushCell(this.code, this.layout, register);
      this.setLocal(register);
      this.held |= 1 << register;
    }
    if (flags !== 0) this.loadFlags();
    this.words.forget();
    if ((registers & (1 << ESP)) !== 0) this.stack = OWN_LOCAL;
  }

  private loadFlags(): void {
    const { code } = this;
    pushCell(code, this.layout, FLAGS_CELL);
    code.constant(ARITHMETIC);
    code.op(OP.i32_and);
    code.indexed(OP.local_set, FLAGS_LOCAL);
  }

  /** The flags in the local to their cell, which keeps its other bits. */
  storeFlags(): void {
    const { code, layout } = this;
    setCell(code, layout, FLAGS_CELL, () => {
      pushCell(code, layout, FLAGS_CELL);
      code.constant(~ARITHMETIC);
      code.op(OP.i32_and);
      this.get(FLAGS_LOCAL);
      code.op(OP.i32_or);
    });
  }

  // Memory

  /** Push the operand's address, less `origin`. */
  pushAddress(operand: Operand, origin = 0): void {
    const { code } = this;
    let constant = operand.value - origin;
    let terms = 0;
    if (operand.base >= 0) {
      this.get(operand.base === ESP ? this.stack.local : localOf(operand.base));
      if (operand.base === ESP) constant += this.stack.distance;
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
