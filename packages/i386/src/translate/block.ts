// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * One basic block → WebAssembly: its instructions, without the terminator.
 *
 * Operands, pushes and pops, steps of the interpreter, and the hand-over of registers and flags;
 * the operations themselves are in handlers.ts. Values of operands are sign-extended from their
 * size.
 */
import { type Instruction, MEMORY, type Operand, REGISTER } from '../decode.ts';
import { ARITHMETIC } from '../flags.ts';
import { EBP } from '../registers.ts';
import { isCode, isImage, lowOffset, placeOf } from './access.ts';
import { GS_CELL, pushCell, READ_LIMITS, WRITE_LIMITS } from './cells.ts';
import { ALL_REGISTERS } from './facts.ts';
import { PACKED, type Producer, packFlags, pushCondition, temporariesOf } from './flag-code.ts';
import { directForm } from './forms.ts';
import type { Extent, Extents } from './frame.ts';
import { pushKnown } from './guard.ts';
import { HANDLERS } from './handlers.ts';
import { addressOf, isGuarded, type Known, NUMBER, type Registers } from './known.ts';
import { HELD_LOCAL, KNOWN_LOCAL, LEAVE, RETURN_LOCAL, STEP } from './layout.ts';
import { inGap, inStack, orByPage } from './places.ts';
import type { HeldSlots } from './slots.ts';
import { type BlockState, TOP } from './state.ts';
import { EXTENDS, LOADS, OP, STORES } from './wasm.ts';

/** An instruction and what is known before it. */
export interface Started {
  readonly instruction: Instruction;
  /** Its position in the block. */
  readonly position: number;
  /** What the registers hold. */
  readonly registers: Registers;
  /** The guard that covers it. */
  readonly cover: Extents | undefined;
  /** Flags that are right. */
  readonly before: number;
  /** What it is taken to pop. */
  readonly expected: Known | undefined;
}

/** Notes that code for the guest address begins here. */
export type Mark = (address: number) => void;

export class BlockEmitter {
  readonly state: BlockState;
  /** Variables in locals, if set. */
  slots: HeldSlots | undefined;
  private started: Started | undefined;
  private producer: Producer = PACKED;
  /** Depths of the labels of the exits: with registers to store first, and with all stored. */
  private exits = { spill: 0, leave: 0 };
  /** Registers that are held on all ways to the first exit so far, and on some; flags on any. */
  private readonly exitsHeld = { always: ALL_REGISTERS, sometimes: 0, flags: 0 };
  private readonly mark: Mark;
  /** Index of the first of the functions that every module has. */
  readonly helpers: number;

  constructor(state: BlockState, mark: Mark, helpers: number) {
    this.state = state;
    this.mark = mark;
    this.helpers = helpers;
  }

  /** Registers that may differ from their cells, and those whose locals are right. */
  begin(...block: Parameters<BlockState['beginBlock']>): void {
    this.state.beginBlock(...block);
    this.producer = PACKED;
  }

  /** `live`: flags that somebody may read afterwards. */
  emit(live: number): void {
    const { instruction } = this.current;
    const handler = HANDLERS[instruction.operation];
    const needed = live & instruction.writes;
    const done =
      !this.storesToCode(instruction) &&
      directForm(instruction) !== 'step' &&
      handler?.(this, instruction, needed, live);
    if (done !== true) this.step(instruction.address, this.current.before);
  }

  /** What follows is emitted for this instruction. */
  startInstruction(started: Started): void {
    this.mark(started.instruction.address);
    this.started = started;
    this.state.words.startInstruction(started.position);
    this.state.beginInstruction(temporariesOf(this.producer));
  }

  private get current(): Started {
    return this.started as Started;
  }

  /** True for a store to a constant address at which translated code is. */
  private storesToCode({ operation, operands }: Instruction): boolean {
    const [to] = operands;
    if (to?.kind !== MEMORY || operation === 'cmp' || operation === 'test') return false;
    const address = this.addressOf(to);
    return address?.root === NUMBER && isCode(this.state.layout, address.value, to.size);
  }

  private addressOf(operand: Operand): Known | undefined {
    return addressOf(operand, this.current.registers);
  }

  /**
   * `setcc r8; movzx r32, r8` of one register, which is how compilers make a truth value: as one,
   * so that the optimiser sees the comparison. False when the two are something else.
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
    state.reload(ALL_REGISTERS, ALL_REGISTERS, ARITHMETIC);
    this.producer = PACKED;
  }

  /** Registers and flags to their cells, before the instruction. */
  spillHere(): void {
    this.spillAll(this.current.before);
  }

  /** Let the interpreter execute the instruction, after {@link spillHere}. */
  stepHere(): void {
    this.stepSpilled(this.current.instruction.address, this.current.before);
  }

  stepSpilled(address: number, known: number): void {
    const { code } = this.state;
    code.constant(address);
    code.constant(known);
    code.indexed(OP.call, STEP);
  }

  /**
   * On a way that is rarely gone: the interpreter takes over, at the instruction that was started
   * last. What is known of the state stays as it is for the usual way.
   *
   * @param exit the depth of its label.
   */
  leaveHere(exit: number = this.exits.spill): void {
    const { state } = this;
    const { instruction, before } = this.current;
    const { code } = state;
    if (before !== 0) packFlags(state, this.producer, before);
    state.showStackPointer();
    code.constant(instruction.address);
    code.indexed(OP.local_set, RETURN_LOCAL);
    this.goToExit(exit, before);
  }

  /** The same where nothing has happened yet, so that no variable is held. */
  leaveAtStart(): void {
    this.state.storeDirty();
    this.leaveHere(this.exits.leave);
  }

  /** The interpreter takes over at the address in the local. */
  leaveTo(known: number): void {
    this.state.showStackPointer();
    this.goToExit(this.exits.spill, known);
  }

  /** The same with all registers in their cells. */
  leaveSpilledTo(known: number): void {
    this.goToExit(this.exits.leave, known);
  }

  private goToExit(depth: number, known: number): void {
    const { code, held } = this.state;
    code.constant(known);
    code.indexed(OP.local_set, KNOWN_LOCAL);
    if (depth === this.exits.spill) {
      this.exitsHeld.always &= held;
      this.exitsHeld.sometimes |= held;
      this.exitsHeld.flags |= known;
      code.constant(held);
      code.indexed(OP.local_set, HELD_LOCAL);
      this.state.clearOthers(known);
    }
    code.branch(OP.br, depth);
  }

  /**
   * Around the body of a function: its exits, where rare ways meet, so that each has little code.
   * V8 takes long for much.
   */
  withExits(body: () => void): void {
    const { state } = this;
    const { code } = state;
    const leave = code.open(OP.block);
    this.exits = { leave, spill: code.open(OP.block) };
    body();
    code.end();
    this.slots?.flush();
    state.storeHeld(HELD_LOCAL, this.exitsHeld.always, this.exitsHeld.sometimes);
    if (this.exitsHeld.flags !== 0) state.storeFlags();
    code.end();
    state.get(RETURN_LOCAL);
    state.get(KNOWN_LOCAL);
    code.indexed(OP.call, LEAVE);
    code.op(OP.unreachable);
  }

  /** Registers to their cells, and the flags in `known` to theirs. */
  spillAll(known: number): void {
    this.state.spill();
    this.storeFlags(known);
  }

  /** The same with the registers of a mask only. */
  spillSome(registers: number, known: number): void {
    this.state.spillSome(registers);
    this.storeFlags(known);
  }

  private storeFlags(known: number): void {
    const { state } = this;
    if (known === 0) return;
    this.packLive(known);
    state.storeFlags();
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
      const address = this.addressOf(operand);
      const known = operand.size === 4 ? state.words.get(address) : undefined;
      const local = known ?? this.heldIn(operand);
      if (local !== undefined) {
        state.get(local);
        return;
      }
      this.load(operand, LOADS[operand.size] as number);
      if (operand.size !== 4 || address === undefined || !isGuarded(address)) return;
      if (state.words.isReadLater(address)) state.words.remember(address, state.tee());
    } else code.constant(operand.value);
  }

  /** The local that always equals the memory operand, if there is one. */
  private heldIn(operand: Operand): number | undefined {
    return this.slots?.localOf(this.addressOf(operand), operand.size);
  }

  /** Load from a memory operand by the opcode `op`: see access.ts. */
  load(operand: Operand, op: number): void {
    const { state } = this;
    const { code, layout } = state;
    const address = this.addressOf(operand);
    if (address !== undefined && isGuarded(address)) {
      this.slots?.beforeUse(address, operand.size);
      code.memory(op, this.pushPlace(address));
      return;
    }
    if (address?.root === NUMBER && isImage(layout, address.value, operand.size, false)) {
      code.constant(placeOf(layout, address.value));
      code.memory(op);
      return;
    }
    this.requireSegment(operand);
    state.pushAddress(operand, layout.readStart);
    const place = state.tee();
    pushCell(code, layout, READ_LIMITS[operand.size] as number);
    code.op(OP.i32_lt_u);
    orByPage(state, place, operand.size, false);
    code.open(OP.if, true);
    state.get(place);
    code.memory(op, lowOffset(layout, false));
    code.op(OP.else);
    inStack(state, place, operand.size, false, () => {
      if (layout.traps) code.op(OP.unreachable);
      else this.leaveHere();
    });
    this.slots?.flush();
    state.get(place);
    code.memory(op);
    code.end();
  }

  /** Whether there is a segment that begins at 0 is the interpreter's to say. */
  private requireSegment(operand: Operand): void {
    if (operand.segment === 0) return;
    const { code, layout } = this.state;
    pushCell(code, layout, GS_CELL);
    code.op(OP.i32_eqz);
    code.open(OP.if);
    this.leaveHere();
    code.end();
  }

  /** Push the place of the root that the address has; returns how far from there the address is. */
  private pushPlace({ root, value }: Known): number {
    this.state.get(this.state.placeOf(root));
    const [from] = (this.current.cover as Extents).roots.get(root) as Extent;
    return value - from;
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
    const { state } = this;
    const { code, layout } = state;
    const { size } = operand;
    const address = this.addressOf(operand);
    const op = STORES[size] as number;
    if (address !== undefined && isGuarded(address)) {
      this.writeGuarded(operand, address, value);
      return;
    }
    if (address?.root === NUMBER && isImage(layout, address.value, size, true)) {
      code.constant(placeOf(layout, address.value));
      value();
      code.memory(op);
      return;
    }
    this.requireSegment(operand);
    state.pushAddress(operand, layout.writeStart);
    const place = state.keep();
    value();
    const content = state.keep();
    state.get(place);
    pushCell(code, layout, WRITE_LIMITS[size] as number);
    code.op(OP.i32_lt_u);
    orByPage(state, place, size, true);
    code.open(OP.if);
    state.get(place);
    state.get(content);
    code.memory(op, lowOffset(layout, true));
    code.op(OP.else);
    const leave = (): void => this.leaveHere();
    inStack(state, place, size, true, () => inGap(state, place, size, leave));
    this.slots?.flush();
    state.get(place);
    state.get(content);
    code.memory(op);
    this.slots?.loadAll();
    this.loadWords();
    code.end();
  }

  /** What is remembered of the stack may have changed. */
  private loadWords(): void {
    const { state } = this;
    for (const { address, temporary } of state.words.readLater()) {
      state.code.memory(OP.i32_load, this.pushPlace(address));
      state.code.indexed(OP.local_set, temporary);
    }
  }

  /** Store to the stack: to the local that is this place, or to memory. */
  private writeGuarded(operand: Operand, address: Known, value: () => void): void {
    const { state, slots } = this;
    const { size } = operand;
    const held = slots?.localOf(address, size);
    let offset = 0;
    if (held === undefined) {
      slots?.beforeUse(address, size);
      offset = this.pushPlace(address);
    }
    value();
    const isKept = size === 4 && held === undefined && state.words.isReadLater(address);
    const kept = isKept ? state.tee() : undefined;
    if (held === undefined) {
      state.code.memory(STORES[size] as number, offset);
      slots?.afterWrite(address, size);
    } else state.code.indexed(OP.local_set, held);
    state.words.written(address, size);
    if (kept !== undefined) state.words.remember(address, kept);
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

  /** push of what `value` pushes. A guard covers it. */
  push(value: () => void): void {
    this.writeGuarded(PUSHED, this.addressOf(PUSHED) as Known, value);
    this.state.moveStackPointer(-4);
  }

  /** pop onto the stack. A guard covers it. */
  pop(): void {
    this.read(TOP);
    this.compareExpected();
    this.state.moveStackPointer(4);
  }

  /**
   * Leave to the interpreter if the value on the stack is not what the instruction is taken to pop.
   */
  private compareExpected(): void {
    const { state } = this;
    const { code } = state;
    const { expected, cover } = this.current;
    // Where nothing is reached from it, it does not matter.
    if (expected === undefined || cover?.roots.get(expected.root) === undefined) return;
    pushKnown(state, expected, cover);
    code.op(OP.i32_ne);
    code.open(OP.if);
    this.leaveHere();
    code.end();
    // The same, and a processor that predicts the comparison need not wait for what was loaded.
    pushKnown(state, expected, cover);
  }

  /** Push what `leave` takes from the stack. A guard covers it. */
  readFrame(): void {
    this.read({ ...TOP, base: EBP });
  }
}

/** [esp - 4] */
const PUSHED: Operand = { ...TOP, value: -4 };
