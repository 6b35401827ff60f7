// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * The plain interpreter: fetch, decode, execute, one instruction at a time. It is the definition
 * that the translator is tested against, and it runs whatever the translator leaves out.
 *
 * operations.ts has what each operation does; this file has registers, operands, memory access and
 * faults. Operand values are sign-extended from their size. Invariant: after a fault, eip is that
 * of the instruction, and registers and memory are as they were before it (string operations stop
 * between two elements).
 */
import { decode, type Instruction, MEMORY, type Operand, REGISTER } from './decode.ts';
import { hex, MachineError } from './errors.ts';
import { Flags } from './flags.ts';
import type { OperationName } from './instructions.ts';
import { accessError, type Memory, READABLE, WRITABLE } from './memory.ts';
import { HANDLERS, type Handler } from './operations.ts';
import { refusal } from './refused.ts';
import { ESP } from './registers.ts';
import { Segments } from './segments.ts';
import { Waiting } from './waiting.ts';
import { Fpu } from './x87/unit.ts';

/** Length of the rows of decoded instructions, which are made as code is met. */
const ROW_BITS = 8;
const ROW: number = 1 << ROW_BITS;
/** Bytes that an instruction can have. */
const LONGEST = 15;
const NONE: Steps = [];

/** A decoded instruction and its handler. */
interface Step {
  readonly instruction: Instruction;
  readonly execute: Handler;
  readonly next: number;
}

interface KnownStep extends Step {
  /** The bytes that it was decoded from. */
  readonly bytes: Uint8Array;
}

/**
 * What was decoded at each address of an image, in any process that runs it. It is used again where
 * the bytes are the same.
 */
export type KnownCode = Map<number, KnownStep>;

/** Decoded instructions of an image, in rows of {@link ROW}, by their distance from its start. */
type Steps = ((Step | undefined)[] | undefined)[];

function noSteps(size: number): Steps {
  return new Array(Math.ceil(size / ROW));
}

/**
 * Code that has been translated. While it is watched its bytes are those of the executable. So what
 * one process has decoded of it is true for all that run this translation.
 */
export class WatchedCode {
  /** Guest addresses [start, end), sorted and disjoint. */
  readonly ranges: readonly (readonly [number, number])[];
  readonly steps: Steps;

  /** @param size bytes of the image. */
  constructor(ranges: readonly (readonly [number, number])[], size: number) {
    this.ranges = ranges;
    this.steps = noSteps(size);
  }
}

/** What the interpreter needs from the machine around it. */
export interface Surroundings {
  /** `int 0x80` with the number in eax; the result goes to eax. */
  systemCall(cpu: Interpreter): void;
}

export class Interpreter {
  /** eax, ecx, edx, ebx, esp, ebp, esi, edi: in the order of their numbers. */
  readonly registers: Int32Array<ArrayBuffer> = new Int32Array(8);
  /** Address of the next instruction. */
  eip = 0;
  readonly flags: Flags = new Flags();
  /** Segment registers, and the base addresses of the segments of fs and gs. */
  segments: Segments = new Segments();
  /** The x87. */
  fpu: Fpu = new Fpu();
  /** Flags that translated code did not compute, because no code that it knows of reads them. */
  unknownFlags = 0;
  /** The time stamp. rdtsc counts its own uses, so that it returns the same in every mode. */
  ticks = 0;
  /** Instructions executed. */
  executed = 0;
  /** Operation of the last instruction executed. */
  lastOperation: OperationName = 'nop';
  /** Its address. */
  lastAddress = 0;
  memory: Memory;
  /** If set, called before each write of the program. */
  onWrite: ((address: number, size: number) => void) | undefined;
  private readonly surroundings: Surroundings;
  /** True after a change of a byte in the ranges of {@link watchCode}. */
  codeChanged = false;
  private watched: WatchedCode | undefined;
  private readonly codeStart: number;
  /** Bytes of the image. */
  private readonly codeSize: number;
  /** Those of `watched`, if there is that; otherwise this process's own, once it has some. */
  private steps: Steps = NONE;
  private known: KnownCode = new Map();

  /**
   * @param code guest addresses of the image. Code elsewhere runs too, but is decoded each time.
   */
  constructor(memory: Memory, surroundings: Surroundings, code: { start: number; end: number }) {
    this.memory = memory;
    this.surroundings = surroundings;
    this.codeStart = code.start;
    this.codeSize = code.end - code.start;
  }

  /** The step that was decoded at eip, if the bytes there are still the same. */
  private unchanged(): Step | undefined {
    const { memory, eip } = this;
    const step = this.known.get(eip);
    if (step === undefined) return undefined;
    const { bytes } = step;
    const offset = memory.offset(eip, bytes.length, READABLE);
    if (offset < 0) return undefined;
    for (let at = 0; at < bytes.length; at++) {
      if (memory.bytes[offset + at] !== bytes[at]) return undefined;
    }
    return step;
  }

  /** Execute one instruction and return it. Throws MachineError. */
  step(): Instruction {
    const index = this.eip - this.codeStart;
    const step = this.steps[index >>> ROW_BITS]?.[index & (ROW - 1)] ?? this.fetchStep();
    const { instruction } = step;
    if (this.unknownFlags !== 0) this.checkFlags(instruction);
    this.executed++;
    this.eip = step.next;
    try {
      step.execute(this, instruction);
      this.lastOperation = instruction.operation;
      this.lastAddress = instruction.address;
      return instruction;
    } catch (error) {
      const isUndone = error instanceof MachineError || error instanceof Waiting;
      if (isUndone) this.eip = instruction.address;
      throw error;
    }
  }

  /**
   * Set {@link codeChanged} when one of these bytes changes. From now on, translated code may
   * change other bytes unnoticed, so instructions decoded elsewhere are compared with memory at
   * each use.
   */
  watchCode(code: WatchedCode): void {
    if (this.codeChanged) return;
    this.watched = code;
    this.steps = code.steps;
  }

  /** Interpret everything from now on, as after a change of code. */
  stayInterpreted(): void {
    this.codeChanged = true;
    this.watched = undefined;
    this.steps = NONE;
  }

  /** Use what other processes have decoded of the same image, and add to it. */
  share(known: KnownCode): void {
    this.known = known;
  }

  /** Continue from the parent's state. */
  inherit(parent: Interpreter): void {
    this.registers.set(parent.registers);
    this.flags.unpack(parent.flags.pack());
    this.unknownFlags = parent.unknownFlags;
    this.segments = parent.segments.copy();
    this.fpu = parent.fpu.copy();
    this.ticks = parent.ticks;
    this.codeChanged = parent.codeChanged;
    if (parent.watched !== undefined) this.watchCode(parent.watched);
    this.known = parent.known;
  }

  /** The instruction at eip. Throws MachineError `unknown-opcode` or `bad-access`. */
  current(): Instruction {
    return (this.unchanged() ?? this.decodeStep()).instruction;
  }

  /** The step at eip, which `steps` does not have. */
  private fetchStep(): Step {
    const address = this.eip;
    const step = this.unchanged() ?? this.decodeStep();
    const index = address - this.codeStart;
    const { length } = step.instruction;
    const isImage = index >= 0 && index + length <= this.codeSize;
    if (isImage && this.isNoticed(address, length)) {
      if (this.steps === NONE) this.steps = noSteps(this.codeSize);
      const row = this.steps[index >>> ROW_BITS] ?? new Array(ROW);
      this.steps[index >>> ROW_BITS] = row;
      row[index & (ROW - 1)] = step;
    }
    return step;
  }

  /** Is a change of any of these bytes noticed? */
  private isNoticed(address: number, length: number): boolean {
    if (this.watched === undefined) return true;
    const range = rangeAfter(this.watched.ranges, address);
    return range !== undefined && range[0] <= address && address + length <= range[1];
  }

  private decodeStep(): Step {
    const address = this.eip;
    const { memory } = this;
    const fetch = (at: number): number | undefined => memory.byte(at);
    const instruction = decode(fetch, address);
    if (instruction === undefined) {
      if (fetch(address) === undefined) {
        throw new MachineError('bad-access', `no code at ${hex(address)}`);
      }
      throw refusal(fetch, address);
    }
    const { length, operation } = instruction;
    const step = { instruction, execute: HANDLERS[operation], next: (address + length) | 0 };
    const index = address - this.codeStart;
    if (index >= 0 && index + length <= this.codeSize) {
      this.known.set(address, { ...step, bytes: memory.slice(address, length).slice() });
    }
    return step;
  }

  private checkFlags(instruction: Instruction): void {
    if ((instruction.reads & this.unknownFlags) !== 0) {
      throw new MachineError(
        'unknown-flags',
        'reads flags that the translator did not keep on this way',
      );
    }
    if (!instruction.mayKeepFlags) this.unknownFlags &= ~instruction.writes;
  }

  systemCall(): void {
    this.surroundings.systemCall(this);
  }

  // Operands

  read(operand: Operand): number {
    if (operand.kind === REGISTER) return this.readRegister(operand.register, operand.size);
    if (operand.kind === MEMORY) return this.load(this.address(operand), operand.size);
    return operand.value;
  }

  write(operand: Operand, value: number): void {
    if (operand.kind === REGISTER) this.writeRegister(operand.register, operand.size, value);
    else this.store(this.address(operand), operand.size, value);
  }

  readRegister(number: number, size: number): number {
    if (size === 4) return this.registers[number] as number;
    if (size === 2) return ((this.registers[number] as number) << 16) >> 16;
    // Bytes 4 to 7 are the second bytes of the first four registers.
    return number < 4
      ? ((this.registers[number] as number) << 24) >> 24
      : ((this.registers[number - 4] as number) << 16) >> 24;
  }

  /** A write of a part of a register leaves the rest as it was. */
  writeRegister(number: number, size: number, value: number): void {
    const { registers } = this;
    if (size === 4) registers[number] = value;
    else if (size === 2) {
      registers[number] = ((registers[number] as number) & ~0xffff) | (value & 0xffff);
    } else if (number < 4) {
      registers[number] = ((registers[number] as number) & ~0xff) | (value & 0xff);
    } else {
      const whole = number - 4;
      registers[whole] = ((registers[whole] as number) & ~0xff00) | ((value & 0xff) << 8);
    }
  }

  /** The address of a memory operand. */
  address(operand: Operand): number {
    let address = operand.value;
    if (operand.base >= 0) address += this.registers[operand.base] as number;
    if (operand.index >= 0) address += (this.registers[operand.index] as number) << operand.shift;
    address &= operand.mask;
    return operand.segment === 0 ? address : (address + this.segmentBase(operand.segment)) | 0;
  }

  private segmentBase(register: number): number {
    const base = this.segments.base(register);
    if (base === undefined)
      throw new MachineError('bad-access', 'uses a segment that does not exist');
    return base;
  }

  // Memory

  load(address: number, size: number): number {
    const { memory } = this;
    const offset = memory.offset(address, size, READABLE);
    if (offset < 0) throw accessError('bad-access', address, size, READABLE);
    if (size === 4) return memory.view.getInt32(offset, true);
    return size === 1 ? memory.view.getInt8(offset) : memory.view.getInt16(offset, true);
  }

  store(address: number, size: number, value: number): void {
    const { memory } = this;
    const offset = memory.offset(address, size, WRITABLE);
    if (offset < 0) throw accessError('bad-access', address, size, WRITABLE);
    this.onWrite?.(address, size);
    this.forget(address, size);
    memory.willChange(offset, size);
    if (size === 4) memory.view.setInt32(offset, value, true);
    else if (size === 1) memory.bytes[offset] = value;
    else memory.view.setInt16(offset, value, true);
  }

  /** `size` bytes, as a view, for sizes that {@link load} does not support. */
  loadBytes(address: number, size: number): Uint8Array {
    return this.memory.slice(address, size);
  }

  /** Store bytes: all of them, or none if there is a fault. */
  storeBytes(address: number, bytes: Uint8Array): void {
    const to = this.memory.slice(address, bytes.length, WRITABLE);
    this.onWrite?.(address, bytes.length);
    this.forget(address, bytes.length);
    this.memory.willChange(to.byteOffset, bytes.length);
    to.set(bytes);
  }

  /** The program (or a system call) changes `size` bytes: drop what was decoded from them. */
  forget(address: number, size: number): void {
    const from = address - this.codeStart;
    if (from >= this.codeSize || from + size <= 0) return;
    if (this.watched !== undefined) {
      const range = rangeAfter(this.watched.ranges, address);
      if (range !== undefined && range[0] < address + size) this.stayInterpreted();
    } else if (this.isDecoded(from, from + size)) this.steps = NONE;
  }

  /** Is a byte of the image from `from` up to `to` part of a decoded instruction? */
  private isDecoded(from: number, to: number): boolean {
    const first = Math.max(0, from - LONGEST + 1);
    for (let row = first >>> ROW_BITS; row <= (to - 1) >>> ROW_BITS; row++) {
      const steps = this.steps[row];
      if (steps === undefined) continue; // as for all that is data
      const start = row << ROW_BITS;
      for (let at = Math.max(first, start); at < Math.min(to, start + ROW); at++) {
        const step = steps[at - start];
        if (step !== undefined && at + step.instruction.length > from) return true;
      }
    }
    return false;
  }

  push(value: number, size = 4): void {
    const esp = ((this.registers[ESP] as number) - size) | 0;
    this.store(esp, size, value);
    this.registers[ESP] = esp;
  }

  pop(size = 4): number {
    const esp = this.registers[ESP] as number;
    const value = this.load(esp, size);
    this.registers[ESP] = esp + size;
    return value;
  }

  divideError(): MachineError {
    return new MachineError('divide-error', 'division by zero, or the quotient is too large');
  }
}

/** The first range that ends after `address`. */
function rangeAfter(
  ranges: readonly (readonly [number, number])[],
  address: number,
): readonly [number, number] | undefined {
  let low = 0;
  let high = ranges.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((ranges[middle] as readonly [number, number])[1] <= address) low = middle + 1;
    else high = middle;
  }
  return ranges[low];
}
