// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * A program between two reads: its state and an answer of the kernel → the next state, or how it
 * ends.
 *
 * A state is one row of 32-bit words: eip, flags, the eight registers, then every word of memory
 * that the program has ever changed after its first read, in the order in which they were found,
 * without those at the end that have their first value. So two states are the same exactly when
 * their rows are. Flags are in it only if one is read before it is written again; the interpreter
 * detects that.
 */
import { MemoryFiles, MemoryHost } from '@stage0-ts/host/memory';
import { Interpreter, Machine, MachineError, readExecutable } from '@stage0-ts/i386';
import { INPUT, Kernel, OUTPUT } from './kernel.ts';

/** The end of the input, as an answer to a read. Any other answer is a byte. */
export const END = -1;
/** Instructions without a read after which a program is tested for an endless loop. */
const MAX_STEPS = 5000;
/** How many words of memory may belong to the state. */
const MAX_CHANGED_WORDS = 1024;
const NAME = 'hex0';
/** Words of a state before those of memory: eip, flags, registers. */
const HEAD = 10;
/** carry, parity, adjust, zero, sign, direction, overflow: the flags that instructions read. */
export const READ_FLAGS = 0xcd5;
/** Faults for which a kernel sends a signal, whatever the processor. */
const CERTAIN = new Set(['bad-access', 'divide-error', 'breakpoint', 'unknown-interrupt']);

/** Thrown when a flag turns out to be part of the state. Then the exploration must start again. */
export class MoreFlags extends Error {}

/** A program that can be put into any of its states. */
export class Subject {
  /** The next state: the first `length` words of it. */
  readonly row: Int32Array = new Int32Array(HEAD + MAX_CHANGED_WORDS);
  length = 0;
  /** Instructions executed so far. */
  executed = 0;
  /** What was done before the first read, and the ending if none came. */
  readonly opening: string;
  readonly kernel: Kernel;
  /**
   * The guest addresses of what changes between reads: the lowest, and the one after the highest.
   */
  lowest = 0xffffffff;
  highest = 0;
  private readonly cpu: Interpreter;
  private readonly memory: Int32Array;
  private readonly first: Int32Array;
  /** Offsets of changed words, as indices of `memory`, and the same as a mark for each word. */
  private readonly changed: number[] = [];
  private readonly marks: Uint8Array;
  private readonly code: readonly [start: number, end: number];
  private codeChanges = false;
  private readonly liveFlags: number;

  /**
   * @param liveFlags the flags that belong to the state. Throws MachineError if it is not a
   *   program.
   */
  constructor(image: { readonly path: string; readonly bytes: Uint8Array }, liveFlags = 0) {
    const { start, end } = readExecutable(image.bytes, image.path);
    // The stack holds the program's name. It is always the same, so that all programs have the same
    // stack.
    const machine = new Machine({
      image: { path: NAME, bytes: image.bytes },
      argv: [NAME, INPUT, OUTPUT],
      host: new MemoryHost({ files: new MemoryFiles() }),
      stackSize: 1 << 16,
    });
    const { memory } = machine;
    this.liveFlags = liveFlags;
    this.kernel = new Kernel(memory);
    this.cpu = new Interpreter(memory, this.kernel, { start, end });
    this.cpu.eip = machine.cpu.eip;
    this.cpu.registers.set(machine.registers);
    this.code = [memory.place(start), memory.place(end)];
    this.memory = new Int32Array(memory.bytes.buffer);
    this.marks = new Uint8Array(this.memory.length);
    this.run();
    this.kernel.opening = false;
    this.opening = this.seen;
    this.first = this.memory.slice();
    this.cpu.onWrite = (address, size) => this.mark(address, size);
    if (this.kernel.waits) this.save();
  }

  /** True while the program waits in a read; then {@link row} is its state. */
  get waits(): boolean {
    return this.kernel.waits;
  }

  /** What was seen of the last step, and the ending if the program ended. */
  get seen(): string {
    return this.kernel.seen + (this.kernel.ending ?? '');
  }

  /**
   * Continue from `state`, whose read gets `answer`. True when the program reads again: then {@link
   * row} is its new state. {@link seen} is what it did. After {@link END} every read finds the end
   * of the input, so the result is always false.
   */
  answer(state: Int32Array, answer: number): boolean {
    this.restore(state);
    this.kernel.begin(answer === END);
    const { registers } = this.cpu;
    if (answer !== END) {
      const buffer = registers[1] as number;
      this.mark(buffer, 1);
      this.cpu.forget(buffer, 1);
      this.cpu.memory.bytes[this.cpu.memory.offset(buffer, 1, 2)] = answer;
    }
    registers[0] = answer === END ? 0 : 1;
    this.run();
    if (this.kernel.waits) this.save();
    return this.kernel.waits;
  }

  /** How many bytes of memory have changed after the first read, in whole words. */
  get changedBytes(): number {
    return this.changed.length * 4;
  }

  private run(): void {
    const { cpu, kernel } = this;
    const before = cpu.executed;
    try {
      while (!kernel.waits && kernel.ending === undefined) {
        // A flag that the manual calls undefined may have any value, so the program must not read
        // it.
        const { undefinedFlags } = cpu.step();
        cpu.unknownFlags |= undefinedFlags;
        if (cpu.executed - before >= MAX_STEPS) this.endless();
      }
    } catch (error) {
      kernel.ending = this.faultEnding(error);
    }
    this.executed += cpu.executed - before;
  }

  private faultEnding(error: unknown): string {
    if (!(error instanceof MachineError)) throw error;
    if (error.code === 'unknown-flags') {
      const read = this.cpu.current().reads & this.cpu.unknownFlags;
      if ((read & ~this.liveFlags) === 0)
        return '?reads a flag that the processor leaves undefined';
      throw new MoreFlags(String(read | this.liveFlags));
    }
    if (!CERTAIN.has(error.code)) return `?stops: ${error.message}`;
    return `!signal ${error.signal}`;
  }

  /** A program that comes back to the same state without a read never ends. */
  private endless(): void {
    const { cpu, kernel } = this;
    const [eip, flags] = [cpu.eip, cpu.flags.pack()];
    const registers = cpu.registers.slice();
    const memory = this.memory.slice();
    kernel.ending = '?goes on for long without a read';
    for (let step = 0, compared = 0; step < MAX_STEPS && compared < 4; step++) {
      kernel.ending = undefined;
      cpu.step();
      if (kernel.waits || kernel.ending !== undefined) break;
      if (cpu.eip !== eip || cpu.flags.pack() !== flags) continue;
      if (!cpu.registers.every((value, index) => value === registers[index])) continue;
      compared++;
      if (!this.memory.every((value, index) => value === memory[index])) continue;
      kernel.seen = '';
      kernel.ending = '!never ends';
      return;
    }
    kernel.waits = false;
    kernel.ending = '?goes on for long without a read';
  }

  private mark(address: number, size: number): void {
    this.lowest = Math.min(this.lowest, address >>> 0);
    this.highest = Math.max(this.highest, (address >>> 0) + size);
    const offset = this.cpu.memory.offset(address, size, 2);
    for (let word = offset >> 2; word <= (offset + size - 1) >> 2; word++) {
      if (this.marks[word] === 1) continue;
      if (this.changed.length === MAX_CHANGED_WORDS) {
        this.kernel.ending = `?changes more than ${MAX_CHANGED_WORDS * 4} bytes of memory`;
        continue;
      }
      this.marks[word] = 1;
      this.changed.push(word);
      if (word * 4 + 4 > this.code[0] && word * 4 < this.code[1]) this.codeChanges = true;
    }
  }

  private save(): void {
    const { cpu, row, changed, memory, first } = this;
    row[0] = cpu.eip;
    row[1] = cpu.flags.pack() & (this.liveFlags | ~READ_FLAGS);
    row.set(cpu.registers, 2);
    let length = HEAD;
    for (let index = 0; index < changed.length; index++) {
      const word = changed[index] as number;
      row[HEAD + index] = memory[word] as number;
      if (memory[word] !== first[word]) length = HEAD + index + 1;
    }
    this.length = length;
  }

  private restore(state: Int32Array): void {
    const { cpu, changed, memory, first } = this;
    cpu.eip = state[0] as number;
    cpu.flags.unpack(state[1] as number);
    cpu.unknownFlags = READ_FLAGS & ~this.liveFlags;
    for (let index = 0; index < 8; index++) cpu.registers[index] = state[2 + index] as number;
    for (let index = 0; index < changed.length; index++) {
      const word = changed[index] as number;
      const at = HEAD + index;
      memory[word] = at < state.length ? (state[at] as number) : (first[word] as number);
    }
    if (this.codeChanges) cpu.forget(cpu.memory.layout.imageStart, this.code[1] - this.code[0]);
  }
}
