// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * One basic block → WebAssembly: its instructions, without the terminator.
 *
 * Operands, pushes and pops, steps of the interpreter, and the hand-over of registers and flags; the operations
 * themselves stand in handlers.ts. Values of operands are sign-extended from their size.
 */
import { type Instruction, MEMORY, type Operand, REGISTER } from '../decode.ts';
import { ESP } from '../registers.ts';
import { PACKED, type Producer, packFlags, pushCondition } from './flag-code.ts';
import { directForm } from './forms.ts';
import { HANDLERS } from './handlers.ts';
import { FLAGS_GLOBAL, FLAGS_LOCAL, STEP } from './layout.ts';
import type { HeldSlots } from './slots.ts';
import { type BlockState, TOP } from './state.ts';
import type { StackStores } from './stores.ts';
import { OP } from './wasm.ts';

/** Notes that code for the guest address begins here. */
export type Mark = (address: number) => void;

export class BlockEmitter {
  readonly state: BlockState;
  /** Told of accesses to memory, if set. */
  stores: StackStores | undefined;
  /** Variables in locals, if set. */
  slots: HeldSlots | undefined;
  private instruction: Instruction | undefined;
  private producer: Producer = PACKED;
  private readonly mark: Mark;

  constructor(state: BlockState, mark: Mark) {
    this.state = state;
    this.mark = mark;
  }

  begin(dirty: number): void {
    this.state.beginBlock(dirty);
    this.producer = PACKED;
  }

  /** `live`: flags that somebody may read afterwards; `before`: the same, before. */
  emit(instruction: Instruction, before: number, live: number): void {
    this.startInstruction(instruction);
    const handler = HANDLERS[instruction.operation];
    const needed = live & instruction.writes;
    const done =
      directForm(instruction) !== 'step' &&
      handler !== undefined &&
      handler(this, instruction, needed, live);
    if (done !== true) this.step(instruction.address, before);
  }

  /** What follows is emitted for `instruction`. */
  startInstruction(instruction: Instruction): void {
    this.mark(instruction.address);
    this.instruction = instruction;
  }

  /**
   * `setcc r8; movzx r32, r8` of one register, which is how compilers make a truth value: as one, so that the
   * optimiser sees the comparison. False when the two are something else.
   */
  emitTruth(first: Instruction, second: Instruction | undefined): boolean {
    const to = first.operands[0];
    if (first.operation !== 'set' || second?.operation !== 'movzx') return false;
    const [wide, narrow] = second.operands as [Operand, Operand];
    if (to?.kind !== REGISTER || to.register > 3 || narrow.kind !== REGISTER) return false;
    if (narrow.size !== 1 || narrow.register !== to.register) return false;
    if (wide.size !== 4 || wide.register !== to.register) return false;
    this.pushCondition(first.condition);
    this.state.setRegister(to.register);
    return true;
  }

  /** Let the interpreter execute the instruction at `address`. */
  step(address: number, known: number): void {
    const { state } = this;
    this.spillAll(known);
    this.stepSpilled(address, known);
    state.reload(0xff);
    this.slots?.loadAll();
    this.producer = PACKED;
  }

  stepSpilled(address: number, known: number): void {
    const { code } = this.state;
    this.stores?.readAt(undefined, 1);
    code.constant(address);
    code.constant(known);
    code.indexed(OP.call, STEP);
  }

  /** Registers to their globals, and the flags in `known` to theirs. */
  spillAll(known: number): void {
    const { state } = this;
    state.spill();
    if (known === 0) return;
    this.packLive(known);
    state.get(FLAGS_LOCAL);
    state.code.indexed(OP.global_set, FLAGS_GLOBAL);
  }

  /** Let the flags local hold the flags in `live`. */
  packLive(live: number): void {
    if (live === 0) return;
    packFlags(this.state, this.producer, live);
    this.producer = PACKED;
  }

  pushCondition(condition: number): void {
    pushCondition(this.state, this.producer, condition);
  }

  /** Flags are those of `producer` from here on. */
  setProducer(producer: Producer): void {
    this.producer = producer;
  }

  // Operands

  read(operand: Operand): void {
    const { state } = this;
    const { code } = state;
    if (operand.kind === REGISTER) this.readRegister(operand);
    else if (operand.kind === MEMORY) {
      const temporary = operand.size === 4 ? state.slot(state.distanceOf(operand)) : undefined;
      const known = temporary ?? this.heldIn(operand);
      if (known !== undefined) {
        state.get(known);
        return;
      }
      this.load(operand, LOADS[operand.size] as number);
    } else code.constant(operand.value);
  }

  /** The local that always equals the memory operand, if there is one. */
  private heldIn(operand: Operand): number | undefined {
    return this.instruction && this.slots?.localOf(this.instruction, operand);
  }

  /** Load from a memory operand by the opcode `op`. */
  load(operand: Operand, op: number): void {
    if (this.instruction !== undefined) this.stores?.read(this.instruction, operand);
    this.state.pushOffset(operand);
    this.state.code.memory(op);
  }

  private readRegister({ register, size }: Operand): void {
    const { state } = this;
    const { code } = state;
    if (size !== 1 || register < 4) {
      state.pushRegister(register);
      if (size !== 4) code.op(EXTENDS[size] as number);
      return;
    }
    // The second byte: up to the top, and down again with its sign.
    state.pushRegister(register - 4);
    code.constant(16);
    code.op(OP.i32_shl);
    code.constant(24);
    code.op(OP.i32_shr_s);
  }

  /** Write what `value` pushes. It must not have effects that matter to the address. */
  write(operand: Operand, value: () => void): void {
    if (operand.kind === MEMORY) this.writeMemory(operand, value);
    else this.writeRegister(operand, value);
  }

  private writeMemory(operand: Operand, value: () => void): void {
    const { state, slots } = this;
    const distance = state.distanceOf(operand);
    state.pushOffset(operand);
    const offset = slots === undefined ? undefined : state.tee();
    value();
    const kept = operand.size === 4 && distance !== undefined ? state.tee() : undefined;
    const held = this.heldIn(operand);
    if (held !== undefined) state.code.indexed(OP.local_tee, held);
    state.code.memory(STORES[operand.size] as number);
    state.stored(distance, operand.size, kept);
    if (offset !== undefined && this.instruction !== undefined) {
      slots?.stored(this.instruction, operand, offset);
    }
  }

  private writeRegister({ register, size }: Operand, value: () => void): void {
    const { state } = this;
    const { code } = state;
    if (size === 4) {
      value();
      state.setRegister(register);
      return;
    }
    const shift = size === 1 && register >= 4 ? 8 : 0;
    const whole = shift === 8 ? register - 4 : register;
    const mask = size === 2 ? 0xffff : 0xff;
    state.pushRegister(whole);
    code.constant(~(mask << shift));
    code.op(OP.i32_and);
    value();
    code.constant(mask);
    code.op(OP.i32_and);
    if (shift !== 0) {
      code.constant(shift);
      code.op(OP.i32_shl);
    }
    code.op(OP.i32_or);
    state.setRegister(whole);
  }

  /** Sign-extend the value on the stack from `size`. */
  extend(size: number): void {
    if (size !== 4) this.state.code.op(EXTENDS[size] as number);
  }

  /** push of the value on the stack. */
  push(): void {
    const { state } = this;
    const value = state.keep();
    state.moveStackPointer(-4);
    const from = state.code.bytes.length;
    state.pushOffset(TOP);
    state.get(value);
    state.code.memory(OP.i32_store);
    if (this.instruction !== undefined) {
      this.stores?.pushed(this.instruction, from, state.code.bytes.length);
    }
    state.stored(state.distanceOfRegister(ESP), 4, value);
    if (this.instruction !== undefined) this.slots?.pushed(this.instruction, value);
  }

  /** pop onto the stack. */
  pop(): void {
    const { state } = this;
    this.read(TOP);
    state.moveStackPointer(4);
  }
}

const LOADS: Readonly<Record<number, number>> = {
  1: OP.i32_load8_s,
  2: OP.i32_load16_s,
  4: OP.i32_load,
};
const STORES: Readonly<Record<number, number>> = {
  1: OP.i32_store8,
  2: OP.i32_store16,
  4: OP.i32_store,
};
const EXTENDS: Readonly<Record<number, number>> = { 1: OP.i32_extend8_s, 2: OP.i32_extend16_s };
