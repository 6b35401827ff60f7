// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * How long programs may run: one count of instructions for a process and its forks, and a request
 * to stop. Also the message when something ends them.
 */
import type { ChildStatus } from '@stage0-ts/host';
import { callName } from './call-names.ts';
import { type FaultCode, hex, MachineError } from './errors.ts';
import type { Interpreter } from './interpreter.ts';
import { type Budget, type Process, ProcessEnd } from './process.ts';
import { REGISTER_NAMES } from './registers.ts';

export interface BudgetOptions {
  readonly image: { readonly path: string };
  /**
   * The program is stopped after this many instructions, including those of its forks. Default: no
   * limit.
   */
  readonly instructionLimit?: number | undefined;
  /**
   * Called from time to time (at least every 1,000 million instructions); when it returns true, the
   * program is stopped.
   */
  readonly shouldStop?: (() => boolean) | undefined;
}

/** How many instructions are interpreted between two calls of `shouldStop`. */
const POLL_INTERVAL = 1_000_000;
/**
 * The same for translated code, which runs about ten times as many instructions in the same time.
 */
const TRANSLATED_INTERVAL = 10_000_000;
/**
 * The same for translated code without a limit, which counts by weights: see translate/metering.ts.
 */
const REQUEST_INTERVAL = 1_000_000_000;
/** System calls, which may take long, between two calls of `shouldStop`. */
const CALL_INTERVAL = 16;
/**
 * Most forks soon execute another program. So a fork is interpreted in its parent's memory before
 * it runs translated in a copy. It is interpreted for about as long as copying would take: then no
 * fork takes more than twice the time of the better way. At least this many instructions are
 * interpreted,
 */
const INTERPRETED_FIRST = 300;
/** or one for this many bytes that would be copied, if that is more. */
const COPIED_BYTES = 128;

/** Runs processes in the interpreter, with one limit for a process and all its forks together. */
export class InstructionBudget implements Budget {
  readonly program: string;
  /** Runs a process to its end in translated code. Throws ProcessEnd or MachineError. */
  accelerate: ((process: Process) => never) | undefined;
  private readonly limit: number;
  private readonly shouldStop: (() => boolean) | undefined;
  /** Number of instructions executed by forks that have ended, and by translated code. */
  private spent = 0;
  private nextPoll = POLL_INTERVAL;
  private calls = 0;

  constructor(options: BudgetOptions) {
    this.program = options.image.path;
    this.limit = options.instructionLimit ?? Number.POSITIVE_INFINITY;
    this.shouldStop = options.shouldStop;
  }

  /**
   * Run to the end: first in the interpreter, then by `accelerate`, if it is set. Throws
   * MachineError with its description.
   */
  run(process: Process): ChildStatus {
    try {
      const first = Math.max(INTERPRETED_FIRST, process.memory.usedLow / COPIED_BYTES);
      this.runUntil(process, ({ executed }) => executed >= first);
      this.accelerate?.(process);
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

  /**
   * Interpret until `done` is true after an instruction. Throws ProcessEnd and bare MachineErrors.
   */
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

  /** Throws MachineError if a limit is reached. */
  check(process: Process): void {
    const total = this.spent + process.cpu.executed;
    if (total >= this.limit) {
      throw new MachineError(
        'instruction-limit',
        `stopped after ${total} instructions, the limit is ${this.limit}`,
      );
    }
    if (this.shouldStop !== undefined && total >= this.nextPoll) {
      this.nextPoll = total + POLL_INTERVAL;
      if (this.shouldStop()) throw new MachineError('aborted', 'stopped on request');
    }
  }

  /** How many translated instructions may run before the next check. */
  quantum(process: Process): number {
    if (this.limit === Number.POSITIVE_INFINITY) return REQUEST_INTERVAL;
    return Math.min(this.limit - this.spent - process.cpu.executed, TRANSLATED_INTERVAL);
  }

  /**
   * Called when translated code makes a system call. Throws MachineError if the program has to
   * stop.
   */
  called(): void {
    if (++this.calls % CALL_INTERVAL !== 0 || this.shouldStop?.() !== true) return;
    throw new MachineError('aborted', 'stopped on request');
  }

  /** Count instructions that were executed elsewhere. */
  count(executed: number): void {
    this.spent += executed;
  }

  /** Count such instructions, and check the limits. */
  spend(process: Process, executed: number): void {
    this.count(executed);
    this.check(process);
  }
}

/** `error` with program, address, bytes and registers, if it is a fault that lacks them. */
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
  const { missing } = process.calls;
  const details = [
    `  bytes ${bytes.join(' ')}\n`,
    `  ${registers.slice(0, 4).join(' ')}\n`,
    `  ${registers.slice(4).join(' ')} eflags=${hex(cpu.flags.pack())}\n`,
    missing === undefined
      ? ''
      : `  the last system call that the machine does not support: ${callName(missing)}\n`,
  ].join('');
  const message = `${error.message}, at ${hex(cpu.eip)}`;
  return new MachineError(error.code as FaultCode, message, program, cpu.eip, details);
}
