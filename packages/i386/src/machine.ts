// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * The machine as a library: an executable and a host → a machine that runs or steps, and that can
 * be watched and stopped.
 *
 * A fault of the program becomes a {@link MachineError} with program, address, instruction bytes
 * and registers. Limits count what the process and its forks execute. The host runs the programs
 * that they start, each in a machine of its own.
 */

import type { ChildStatus, Host } from '@stage0-ts/host';
import { type BudgetOptions, describe, InstructionBudget } from './budget.ts';
import type { Instruction } from './decode.ts';
import type { Interpreter } from './interpreter.ts';
import { type Memory, PlainBacking } from './memory.ts';
import {
  counted,
  DEFAULT_LIMITS,
  type Limits,
  type LoadedImage,
  loadImage,
  newSession,
  Process,
  ProcessEnd,
  type Session,
} from './process.ts';
import type { TranslationCache } from './translate/cache.ts';
import { DEPTH_LIMIT } from './translate/layout.ts';
import { meteringOf } from './translate/metering.ts';
import { webAssembly } from './translate/platform.ts';
import { MemoryPool, type WasmBacking } from './translate/pool.ts';
import { type Observer, Runner } from './translate/runner.ts';

/** What a machine needs, and its limits. */
export interface MachineOptions extends BudgetOptions {
  /** The ELF file and the path that messages name. */
  readonly image: { readonly path: string; readonly bytes: Uint8Array };
  readonly argv: readonly string[];
  readonly host: Host;
  /** Bytes of stack; default 8 MiB. */
  readonly stackSize?: number | undefined;
  /** Bytes of memory, stack and image included; brk fails beyond. Default 1 GiB. */
  readonly memoryLimit?: number | undefined;
  /** Bytes of a file that is written. Default 1 GiB. */
  readonly fileLimit?: number | undefined;
  /** Processes that wait for each other, by fork and by starting programs. Default 100. */
  readonly processLimit?: number | undefined;
  /**
   * Round the results of fyl2x, which differ between processors in their last bits. Default: such
   * an instruction ends the program.
   */
  readonly roundFunctions?: boolean | undefined;
  /** What the processes of an engine share. Default: a new session. */
  readonly session?: Session | undefined;
  /** Translate to WebAssembly, and keep translations here. Default: everything is interpreted. */
  readonly translations?: TranslationCache | undefined;
  /** With translations: where memory comes from and, with {@link Machine.release}, goes back to. */
  readonly memories?: MemoryPool | undefined;
  /** With translations: called with each block before it runs, which is slow. For tests. */
  readonly observer?: Observer | undefined;
  /** With translations: recursive calls that may be open in translated code. */
  readonly depthLimit?: number | undefined;
  /**
   * With translations: small functions are copied into their callers from the start, not when the
   * program has run for long. For tests.
   */
  readonly inline?: boolean | undefined;
}

export class Machine {
  readonly process: Process;
  /** How the program ended; undefined while it runs. */
  status: ChildStatus | undefined;
  private readonly session: Session;
  private readonly limits: Limits;
  private readonly budget: InstructionBudget;
  private readonly runner: Runner | undefined;
  private readonly memories: MemoryPool;
  private readonly backing: WasmBacking | undefined;

  /** Throws MachineError `bad-image` or `memory-limit`. */
  constructor(options: MachineOptions) {
    const { image, argv, host } = options;
    const limits = limitsOf(options);
    const translations = webAssembly() === undefined ? undefined : options.translations;
    this.memories = options.memories ?? new MemoryPool();
    let backing: WasmBacking | undefined;
    let loaded: LoadedImage;
    try {
      loaded = loadImage(image, argv, host.environment, limits, (size) => {
        if (translations === undefined) return new PlainBacking(size);
        backing = this.memories.acquire(size, limits.memory, image.path);
        return backing;
      });
    } catch (error) {
      if (backing !== undefined) this.memories.giveUp(backing);
      throw error;
    }
    const budget = new InstructionBudget(options);
    this.budget = budget;
    this.limits = limits;
    this.session = options.session ?? newSession();
    const family = { session: this.session, limits, budget };
    // Used once: a program that a port starts later inherits from the port.
    const { legacy } = this.session;
    this.session.legacy = undefined;
    this.process = new Process(loaded, host, family, legacy);
    this.backing = backing;
    if (translations === undefined || backing === undefined) return;
    const translation = translations.get(image.bytes, {
      stackSize: loaded.memory.layout.stackSize,
      pageCount: loaded.memory.layout.pageCount,
      metering: meteringOf(options),
      observed: options.observer !== undefined,
      depthLimit: options.depthLimit ?? DEPTH_LIMIT,
      inline: options.inline ?? false,
    });
    if (translation.newest === undefined) return;
    this.cpu.share(translation.known);
    const run = (process: Process, own: WasmBacking): Runner =>
      new Runner(process, translation, own, budget, options.observer);
    budget.accelerate = (process) => {
      const own = this.memories.acquire(process.memory.bytes.length, limits.memory);
      process.ownMemory(() => own);
      try {
        return run(process, own).run();
      } catch (error) {
        // After a fault, the message still needs the memory.
        if (error instanceof ProcessEnd) this.memories.release(own, process.memory.touched);
        else this.memories.giveUp(own);
        throw error;
      }
    };
    this.runner = run(this.process, backing);
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
   * Run to the end of the program, or until `until` is true before an instruction. Returns how it
   * ended, or undefined if it has not. Throws MachineError.
   */
  run(until?: (machine: Machine) => boolean): ChildStatus | undefined {
    if (until === undefined) {
      if (this.status !== undefined) return this.status;
      const { runner } = this;
      const run = (): void => {
        if (runner === undefined) this.status = this.budget.run(this.process);
        else this.finishWith(() => runner.run());
      };
      try {
        this.described(() => counted(this.session, this.limits, run));
        this.process.close();
      } finally {
        if (this.session.open === 0) this.session.waiting.giveUp();
      }
      return this.status;
    }
    while (this.status === undefined && !until(this)) this.step();
    return this.status;
  }

  /** Give the memory to the next machine. After that, use neither this machine nor its memory. */
  release(): void {
    if (this.backing !== undefined)
      this.memories.release(this.backing, this.memory.touched, this.budget.program);
  }

  private finishWith(action: () => void): void {
    try {
      action();
    } catch (error) {
      if (!(error instanceof ProcessEnd)) throw error;
      this.status = error.status;
      this.process.close();
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

/** The limits of a process. */
export function limitsOf(
  options: Pick<
    MachineOptions,
    'stackSize' | 'memoryLimit' | 'fileLimit' | 'processLimit' | 'roundFunctions'
  >,
): Limits {
  return {
    stackSize: options.stackSize ?? DEFAULT_LIMITS.stackSize,
    memory: options.memoryLimit ?? DEFAULT_LIMITS.memory,
    file: options.fileLimit ?? DEFAULT_LIMITS.file,
    processes: options.processLimit ?? DEFAULT_LIMITS.processes,
    roundFunctions: options.roundFunctions,
  };
}
