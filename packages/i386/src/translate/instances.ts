// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * What a memory keeps besides its bytes: the modules that ran in it, as instances.
 *
 * An instance costs more than many a program that runs in it. The next process with this memory
 * often runs the same program, and finds them. Invariant: one process at a time has the memory; its
 * runner is the one that all instances call.
 */
import { EntryPoints } from './entries.ts';
import { type IMPORTS, POINTERS_NAME } from './layout.ts';
import { type WasmMemory, type WasmTable, webAssembly } from './platform.ts';
import { POINTER_COUNT } from './pointer-calls.ts';
import type { TranslatedModule, TranslatedProgram } from './program.ts';

/** What translated code calls: {@link IMPORTS}, with their parameters. */
export interface Upcalls {
  systemCall(
    eax: number,
    ebx: number,
    ecx: number,
    edx: number,
    next: number,
    known: number,
  ): number;
  step(address: number, known: number): void;
  leave(address: number, known: number): never;
  interpret(target: number, back: number, known: number, needed: number, depth: number): void;
  callIndirect(target: number, back: number, known: number, needed: number, depth: number): number;
  jumpIndirect(target: number, known: number, needed: number, depth: number): number;
  observe(address: number, known: number): void;
}

/** Programs whose instances are kept. */
const MAX_PROGRAMS = 4;

export class Instances {
  /** The functions that pointer-calls.ts remembers. */
  readonly pointers: WasmTable;
  private readonly env: Readonly<Record<string, unknown>>;
  /** By a program's first module. The one that was used last comes last. */
  private readonly kept = new Map<TranslatedModule, EntryPoints>();
  private runner: Upcalls | undefined;

  constructor(memory: WasmMemory) {
    const platform = webAssembly();
    if (platform === undefined) throw new Error('no WebAssembly here');
    this.pointers = new platform.Table({ element: 'anyfunc', initial: POINTER_COUNT });
    this.env = { memory, [POINTERS_NAME]: this.pointers, ...this.imports() };
  }

  /** Translated code calls `runner` from now on; nobody, while no process has the memory. */
  serve(runner: Upcalls | undefined): void {
    this.runner = runner;
  }

  /** The functions of `program`. */
  of(program: TranslatedProgram): EntryPoints {
    const first = program.modules[0] as TranslatedModule;
    const entries = this.kept.get(first) ?? new EntryPoints(this.env);
    this.kept.delete(first);
    this.kept.set(first, entries);
    const [oldest] = this.kept.keys();
    if (this.kept.size > MAX_PROGRAMS) this.kept.delete(oldest as TranslatedModule);
    entries.install(program);
    return entries;
  }

  private get caller(): Upcalls {
    if (this.runner === undefined) throw new Error('unreachable: code runs in a process');
    return this.runner;
  }

  /** With the parameters written out: an engine calls such functions faster. */
  private imports(): Upcalls {
    return {
      systemCall: (eax, ebx, ecx, edx, next, known) =>
        this.caller.systemCall(eax, ebx, ecx, edx, next, known),
      step: (address, known) => this.caller.step(address, known),
      leave: (address, known) => this.caller.leave(address, known),
      interpret: (target, back, known, needed, depth) =>
        this.caller.interpret(target, back, known, needed, depth),
      callIndirect: (target, back, known, needed, depth) =>
        this.caller.callIndirect(target, back, known, needed, depth),
      jumpIndirect: (target, known, needed, depth) =>
        this.caller.jumpIndirect(target, known, needed, depth),
      observe: (address, known) => this.caller.observe(address, known),
    };
  }
}
