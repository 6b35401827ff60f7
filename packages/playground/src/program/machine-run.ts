// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * A program in the i386 machine, run in slices so that the page stays alive: image and arguments → output, registers,
 * and how it ended. It sees an empty file system, and nothing else of this computer.
 */
import type { ChildStatus } from '@stage0-ts/host';
import { MemoryFiles, MemoryHost } from '@stage0-ts/host/memory';
import { Machine } from '@stage0-ts/i386';

/** Instructions between two breaths of the page. */
const SLICE = 200_000;
/** A program that runs longer is stopped. */
const INSTRUCTION_LIMIT = 200_000_000;
const MEMORY_LIMIT = 64 << 20;
const STACK_SIZE = 1 << 20;
/** Characters of output that are kept. */
const OUTPUT_LIMIT = 100_000;

export class MachineRun {
  readonly machine: Machine;
  /** Instructions executed. */
  steps = 0;
  /** What the program wrote, to both of its outputs. */
  output = '';
  /** What went wrong in the machine, if anything did. */
  fault: string | undefined;
  /** Registers before the last step, to show what changed. */
  before: Int32Array;
  private timer = 0;

  /** Throws MachineError when the image is no executable. */
  constructor(image: Uint8Array, args: readonly string[]) {
    const decoder = new TextDecoder();
    const take = (bytes: Uint8Array): void => {
      this.output = (this.output + decoder.decode(bytes)).slice(-OUTPUT_LIMIT);
    };
    const host = new MemoryHost({ files: new MemoryFiles(), stdout: take, stderr: take });
    this.machine = new Machine({
      image: { path: 'program', bytes: image },
      argv: ['program', ...args],
      host,
      stackSize: STACK_SIZE,
      memoryLimit: MEMORY_LIMIT,
      instructionLimit: INSTRUCTION_LIMIT,
    });
    this.before = this.machine.registers.slice();
  }

  get status(): ChildStatus | undefined {
    return this.machine.status;
  }

  get isOver(): boolean {
    return this.status !== undefined || this.fault !== undefined;
  }

  get isRunning(): boolean {
    return this.timer !== 0;
  }

  /** Execute `count` instructions, fewer if the program ends. */
  step(count = 1): void {
    this.before = this.machine.registers.slice();
    try {
      for (let done = 0; done < count && !this.isOver; done++) {
        this.machine.step();
        this.steps++;
      }
    } catch (error) {
      this.fault = (error as Error).message;
    }
  }

  /** Run to the end; `onSlice` is called after each slice. */
  run(onSlice: () => void): void {
    const slice = (): void => {
      this.step(SLICE);
      this.timer = this.isOver ? 0 : self.setTimeout(slice);
      onSlice();
    };
    slice();
  }

  /** Stop running; it can go on later. */
  pause(): void {
    self.clearTimeout(this.timer);
    this.timer = 0;
  }
}
