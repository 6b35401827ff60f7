// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * The machine as a library: an executable and a host → something that runs, steps, can be watched and stopped.
 *
 * A fault of the program becomes a {@link MachineError} that tells program, address, instruction bytes and registers.
 * Limits count what the process and its forks execute; programs that they start are the host's business.
 */
import type { ChildStatus, Host } from '@stage0-ts/host';
import type { Instruction } from './decode.ts';
import { hex, MachineError } from './errors.ts';
import type { Interpreter } from './interpreter.ts';
import type { Memory } from './memory.ts';
import {
  type Budget,
  DEFAULT_LIMITS,
  type Family,
  type LoadedImage,
  loadImage,
  Process,
  ProcessEnd,
} from './process.ts';
import { REGISTER_NAMES } from './registers.ts';

/** What a machine is made of. */
export interface MachineOptions {
  /** The ELF file and the path that messages name. */
  readonly image: { readonly path: string; readonly bytes: Uint8Array };
  readonly argv: readonly string[];
  readonly host: Host;
  /** Bytes of stack; default 8 MiB. */
  readonly stackSize?: number | undefined;
  /** Bytes of memory, stack and image included; brk fails beyond. Default 1 GiB. */
  readonly memoryLimit?: number | undefined;
  /** Instructions, those of forks included, after which the program is stopped. Default: none. */
  readonly instructionLimit?: number | undefined;
  /** Asked now and then (at least every million instructions); true stops the program. */
  readonly shouldStop?: (() => boolean) | undefined;
}

/** Instructions between two questions whether to stop. */
export const POLL_INTERVAL = 1_000_000;

export class Machine {
  readonly process: Process;
  /** How the program ended; undefined while it runs. */
  status: ChildStatus | undefined;
  private readonly budget: InstructionBudget;

  /** Throws MachineError `bad-image` or `memory-limit`. */
  constructor(options: MachineOptions) {
    const { image, argv, host } = options;
    const loaded = loadImage(image, argv, host.environment, limitsOf(options));
    this.budget = new InstructionBudget(options);
    this.process = new Process(loaded, host, { lastPid: 0, budget: this.budget });
  }

  get cpu(): Interpreter {
    return this.process.cpu;
  }

  get memory(): Memory {
    return this.process.memory;
  }

  /** eax, ecx, edx, ebx, esp, ebp, esi, edi; may be changed. */
  get registers(): Int32Array {
    return this.cpu.registers;
  }

  /** The next instruction. Throws MachineError. */
  next(): Instruction {
    return this.described(() => this.cpu.current());
  }

  /** Execute one instruction; a system call counts as one. Throws MachineError. */
  step(): ChildStatus | undefined {
    if (this.status !== undefined) return this.status;
    this.described(() => {
      this.budget.check(this.process);
      this.finishWith(() => this.cpu.step());
    });
    return this.status;
  }

  /**
   * Run to the end of the program, or until `until` is true before an instruction, and return how it
   * ended, undefined when it has not. Throws MachineError.
   */
  run(until?: (machine: Machine) => boolean): ChildStatus | undefined {
    if (until === undefined) {
      this.status ??= this.budget.run(this.process);
      this.process.files.closeAll();
      return this.status;
    }
    while (this.status === undefined && !until(this)) this.step();
    return this.status;
  }

  private finishWith(action: () => void): void {
    try {
      action();
    } catch (error) {
      if (!(error instanceof ProcessEnd)) throw error;
      this.status = error.status;
      this.process.files.closeAll();
    }
  }

  private described<Result>(action: () => Result): Result {
    try {
      return action();
    } catch (error) {
      throw describe(error, this.process, this.budget.program);
    }
  }
}

/** The limits that loading needs. */
export function limitsOf(options: {
  readonly stackSize?: number | undefined;
  readonly memoryLimit?: number | undefined;
}): { stackSize: number; memory: number } {
  return {
    stackSize: options.stackSize ?? DEFAULT_LIMITS.stackSize,
    memory: options.memoryLimit ?? DEFAULT_LIMITS.memory,
  };
}

/** Runs processes in the interpreter, within one limit for all of a family. */
export class InstructionBudget implements Budget {
  readonly program: string;
  private readonly limit: number;
  private readonly shouldStop: (() => boolean) | undefined;
  /** Executed by forks that have ended, and by translated code. */
  private spent = 0;
  private nextPoll = POLL_INTERVAL;

  constructor(options: Pick<MachineOptions, 'image' | 'instructionLimit' | 'shouldStop'>) {
    this.program = options.image.path;
    this.limit = options.instructionLimit ?? Number.POSITIVE_INFINITY;
    this.shouldStop = options.shouldStop;
  }

  /** Run to the end. Throws MachineError, described. */
  run(process: Process): ChildStatus {
    try {
      this.runUntil(process, () => false);
    } catch (error) {
      if (error instanceof ProcessEnd) return error.status;
      throw describe(error, process, this.program);
    } finally {
      this.spent += process.cpu.executed;
      process.cpu.executed = 0;
    }
    throw new Error('unreachable: only an end or an error leaves the loop');
  }

  /** Interpret until `done` is true behind an instruction. Throws ProcessEnd and bare MachineErrors. */
  runUntil(process: Process, done: (cpu: Interpreter) => boolean): void {
    const { cpu } = process;
    do {
      if (this.spent + cpu.executed >= this.nextCheck()) this.check(process);
      cpu.step();
    } while (!done(cpu));
  }

  private nextCheck(): number {
    return this.shouldStop === undefined ? this.limit : Math.min(this.limit, this.nextPoll);
  }

  /** Throws MachineError when a limit is reached. */
  check(process: Process): void {
    const total = this.spent + process.cpu.executed;
    if (total >= this.limit) {
      throw new MachineError('instruction-limit', `stopped after ${total} instructions`);
    }
    if (this.shouldStop !== undefined && total >= this.nextPoll) {
      this.nextPoll = total + POLL_INTERVAL;
      if (this.shouldStop()) throw new MachineError('aborted', 'stopped on request');
    }
  }

  /** Count instructions that were executed elsewhere, and check the limits. */
  spend(process: Process, count: number): void {
    this.spent += count;
    this.check(process);
  }
}

/** `error` with program, address, bytes and registers, if it is a fault that has none yet. */
export function describe(error: unknown, process: Process, program: string): unknown {
  if (!(error instanceof MachineError) || error.address !== undefined) return error;
  const { cpu, memory } = process;
  const bytes: string[] = [];
  for (let at = cpu.eip; bytes.length < 15; at++) {
    const offset = memory.offset(at, 1, 1);
    if (offset < 0) break;
    bytes.push((memory.bytes[offset] as number).toString(16).padStart(2, '0'));
  }
  const registers = REGISTER_NAMES.map((name, at) => `${name}=${hex(cpu.registers[at] as number)}`);
  const message = [
    `${error.message}, at ${hex(cpu.eip)}`,
    `  bytes ${bytes.join(' ')}`,
    `  ${registers.slice(0, 4).join(' ')}`,
    `  ${registers.slice(4).join(' ')} eflags=${hex(cpu.flags.pack())}`,
  ].join('\n');
  return new MachineError(
    error.code as ConstructorParameters<typeof MachineError>[0],
    message,
    program,
    cpu.eip,
  );
}

export type { Family, LoadedImage };
