// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * Runs a process in translated code and in the interpreter, each where it belongs.
 *
 * One of the two is in charge at any time: while translated code runs, registers are in the
 * cells; while the interpreter runs, in the Interpreter. {@link Runner.loadFromWasm}
 * and {@link Runner.storeToWasm} carry them over. Translated code calls the interpreter for single
 * instructions, for recursion beyond the depth limit, and to finish whatever left the known paths;
 * the interpreter enters translated code when it calls a function that has been translated. A
 * program that changes a translated byte is the interpreter's from that instruction on: every store
 * that can hit one is the interpreter's already, or a system call's.
 */

import type { InstructionBudget } from '../budget.ts';
import { CALL } from '../call-numbers.ts';
import { MachineError } from '../errors.ts';
import { ARITHMETIC } from '../flags.ts';
import type { Interpreter } from '../interpreter.ts';
import { type Memory, READABLE, roundUp, WRITABLE } from '../memory.ts';
import type { Process } from '../process.ts';
import { EAX, EBP, EBX, EDI, ESI, ESP } from '../registers.ts';
import { GS } from '../segments.ts';
import { systemCall } from '../syscalls.ts';
import { Waiting } from '../waiting.ts';
import { X87_ONLY } from '../x87/table.ts';
import { stackStart } from './access.ts';
import type { Translation } from './cache.ts';
import {
  CALLS_CELL,
  Cells,
  FLAGS_CELL,
  FUEL_CELL,
  GS_CELL,
  READ_LIMITS,
  WRITE_LIMITS,
} from './cells.ts';
import { isLoop, stopAtControl } from './control.ts';
import type { Entry, EntryPoints } from './entries.ts';
import { ALL_REGISTERS, type TranslatedFunction } from './facts.ts';
import { FlagReaders } from './flag-readers.ts';
import type { Upcalls } from './instances.ts';
import { PointerCalls } from './pointer-calls.ts';
import type { WasmBacking } from './pool.ts';
import type { TranslatedProgram } from './program.ts';
import { trapOf, withoutStackOverflow } from './traps.ts';
import { FileWindows } from './windows.ts';

/** Bytes of `int 0x80`. */
const INT_LENGTH = 2;

/** After so many calls by pointers the functions that are open are entered again, at first. */
const FIRST_RENEWAL = 50_000;
const RENEWAL_GROWTH = 4;
/** Instructions, as metering.ts counts them, after which a program is one that runs for long. */
const LONG = 100_000_000_000;
const MAX_RENEWAL = 0x7fffffff;

/** Bytes of stack that a function may be expected to use. */
const DEEP_MARGIN = 4096;

/** What is called by a pointer may be anything. */
const UNKNOWN = { changes: ALL_REGISTERS, drop: undefined };

const CALLS = new Set<Interpreter['lastOperation']>(['call', 'callIndirect']);

/** Called before each block of observed code, with registers in the interpreter. */
export type Observer = (address: number, known: number, process: Process) => void;

/** Thrown to give up all calls in translated code that are open. */
class Leaving {}

export class Runner implements Upcalls {
  private readonly process: Process;
  private program: TranslatedProgram;
  private readonly translation: Translation;
  private readonly budget: InstructionBudget;
  private readonly observer: Observer | undefined;
  private readonly cpu: Interpreter;
  private readonly windows: FileWindows;
  /** What all modules share. */
  private readonly cells: Cells;
  /** Calls open within recursive groups where the interpreter is in charge. */
  private depth = 0;
  private renewal = FIRST_RENEWAL;
  private entries: EntryPoints;
  private readonly pointers: PointerCalls;
  private readonly backing: WasmBacking;
  /** Rounded end of the heap that the limits in the cells are for. */
  private limitedTo = -1;
  /** The version of the pages' rights that translated code goes by. */
  private rightsSeen = 0;
  /** Low addresses from which on all pages may be read, and written. */
  private readableFrom = 0;
  private writableFrom = 0;
  private readonly readers: FlagReaders;
  /** All that translated code has counted. */
  private counted = 0;
  /** What the fuel cell was set to last. */
  private fuel: number;

  constructor(
    process: Process,
    translation: Translation,
    backing: WasmBacking,
    budget: InstructionBudget,
    observer?: Observer,
  ) {
    this.process = process;
    this.translation = translation;
    this.program = translation.newest as TranslatedProgram;
    this.budget = budget;
    this.observer = observer;
    this.cpu = process.cpu;
    this.windows = new FileWindows(process);
    this.cells = new Cells(process.memory);
    this.readers = new FlagReaders(process.memory);
    this.backing = backing;
    backing.instances.serve(this);
    this.entries = backing.instances.of(this.program);
    this.pointers = new PointerCalls(process.memory, backing.instances.pointers);
    this.cpu.watchCode(this.program.watched);
    if (this.program.needs.isDeep) process.memory.deepen();
    this.cells.set(CALLS_CELL, this.renewal);
    // A fork has the memory of its parent, which may have changed what others had translated since.
    if (process.isForkedChild && !this.isInMemory(this.program)) this.cpu.stayInterpreted();
    this.followRights();
    this.fuel = budget.quantum(process);
    this.cells.set(FUEL_CELL, this.fuel);
  }

  /** Let `program` be what runs from the next call on. */
  private install(program: TranslatedProgram): void {
    if (program.modules[0] !== this.program.modules[0]) this.pointers.clear();
    this.program = program;
    this.entries = this.backing.instances.of(program);
    this.cpu.watchCode(program.watched);
    if (program.needs.isDeep) this.memory.deepen();
    this.limitedTo = -1;
  }

  /**
   * The code at `target` was called by a pointer, or gone back to in a loop, and is not the entry
   * of something translated. Translate all of its kind, when that was often so.
   */
  private miss(target: number): void {
    const roots = this.translation.misses.count(target);
    if (roots.length > 0 && !this.replace(this.translation.withRoots(roots))) throw new Leaving();
  }

  /**
   * Run `better` from the next call on, if that is possible. False when functions that are open
   * must not go on: their modules would take for data what is code now.
   */
  private replace(better: TranslatedProgram | undefined): boolean {
    if (better === undefined || better === this.program || !this.canReplace(better)) return true;
    const isMore = better.modules[0] === this.program.modules[0];
    this.install(better);
    return isMore;
  }

  /**
   * May the code of `better` run? It must be what is in memory, and no store with a constant
   * address may hit it.
   */
  private canReplace(better: TranslatedProgram): boolean {
    return !better.changesItself && this.isInMemory(better);
  }

  /** Is in memory what was translated? */
  private isInMemory({ layout, code }: TranslatedProgram): boolean {
    if (code.isConstant) return true;
    return layout.code.every(([from, to]) =>
      this.memory
        .slice(from, to - from)
        .every((byte, at) => byte === code.bytes[from - code.start + at]),
    );
  }

  /** May code that is running go on, as far as the rights of pages are concerned? */
  private knowsRights(): boolean {
    return this.rightsSeen === this.memory.rightsVersion || this.followRights();
  }

  /**
   * Pages have got other rights than before. Let a translation that is fit for them run. False when
   * code that is running must not go on.
   */
  private followRights(): boolean {
    const { memory } = this;
    this.rightsSeen = memory.rightsVersion;
    this.limitedTo = -1;
    this.readableFrom = memory.allowedFrom(READABLE);
    this.writableFrom = memory.allowedFrom(WRITABLE);
    const { layout } = this.program;
    const isReadable = layout.readableStart >= this.readableFrom;
    const isWritable = layout.writableStart >= this.writableFrom;
    const isPaged = layout.isPaged || !isWritable || memory.isMapped;
    const { isDeep } = memory;
    if (isReadable && isPaged === layout.isPaged && !(isDeep && layout.deepStack > 0)) return true;
    const isNew = isPaged && !layout.isPaged;
    const needs = { isPaged: isNew, isDeep, writableStart: this.writableFrom };
    if (isReadable) this.replace(this.translation.withMemory(needs));
    if (this.program.layout === layout) this.cpu.stayInterpreted();
    return false;
  }

  /** Run the process to its end. Throws ProcessEnd or MachineError. */
  run(): never {
    try {
      return this.toTheEnd();
    } finally {
      this.budget.count(this.fuel - this.cells.get(FUEL_CELL));
    }
  }

  private toTheEnd(): never {
    for (let enter = true; !this.cpu.codeChanged; enter = false) {
      try {
        if (enter) this.enterTranslated(false);
        this.interpretUntil(() => false);
      } catch (error) {
        if (!(error instanceof Leaving)) throw this.faultOf(error);
        // All calls that were open are gone from the host's stack; the guest's has them still.
        this.depth = 0;
      }
    }
    this.windows.close();
    this.budget.runUntil(this.process, () => false);
    throw new Error('unreachable: only an end or an error leaves the loop');
  }

  // What translated code calls

  /** A call that quick-calls.ts cannot serve. */
  systemCall(
    eax: number,
    ebx: number,
    ecx: number,
    edx: number,
    next: number,
    known: number,
  ): number {
    const { process, windows, cpu } = this;
    if (eax === CALL.BRK) {
      const result = process.setHeapEnd(ebx);
      this.setLimits();
      return result;
    }
    const ofBytes = eax === CALL.READ || eax === CALL.WRITE;
    this.loadFromWasm(next, known);
    windows.close(ofBytes ? ebx : undefined);
    const esi = cpu.registers[ESI] as number;
    const edi = cpu.registers[EDI] as number;
    let result: number;
    try {
      this.budget.called();
      result = systemCall(process, eax, ebx, ecx, edx, esi, edi);
    } catch (error) {
      const isUndone = error instanceof MachineError || error instanceof Waiting;
      if (isUndone) cpu.eip = next - INT_LENGTH;
      windows.close();
      throw error;
    }
    const isElsewhere = process.finishCall(result);
    this.setLimits();
    this.cells.set(GS_CELL, cpu.segments.base(GS) ?? 0);
    if (cpu.codeChanged || isElsewhere || !this.knowsRights()) throw new Leaving();
    if (ofBytes && result === 1 && edx === 1) windows.open(eax, ebx);
    return result;
  }

  step(address: number, known: number): void {
    const { cpu, cells } = this;
    this.loadFromWasm(address, known);
    const before = cpu.executed;
    const { operation } = cpu.step();
    // Elements of strings count where translated code looks.
    const elements = cpu.executed - before - 1;
    cpu.executed -= elements;
    if (elements > 0) cells.set(FUEL_CELL, Math.max(0, cells.get(FUEL_CELL) - elements));
    if (cpu.codeChanged) throw new Leaving();
    if (!X87_ONLY.has(operation)) this.storeToWasm();
  }

  /** Translated code ends here: the rest is the interpreter's, from the outermost frame. */
  leave(address: number, known: number): never {
    this.loadFromWasm(address, known);
    const counted = this.fuel - this.cells.get(FUEL_CELL);
    this.budget.spend(this.process, counted);
    this.fuel = this.budget.quantum(this.process);
    this.cells.set(FUEL_CELL, this.fuel);
    this.counted += counted;
    if (this.counted > LONG) this.replace(this.translation.forLong());
    throw new Leaving();
  }

  /** Call of `target` without a frame on the host's stack. */
  interpret(target: number, back: number, known: number, needed: number, depth: number): void {
    this.loadFromWasm(target, known);
    const facts = this.entries.at(target)?.facts;
    this.untilReturn(back, needed, depth, facts);
    this.storeToWasm();
  }

  /** A call by a pointer that is not in the cache of pointer-calls.ts. */
  callIndirect(target: number, back: number, known: number, needed: number, depth: number): number {
    const entry = this.entries.at(target);
    const isFit = entry !== undefined && (needed & ~entry.facts.liveOut) === 0;
    if (this.cells.get(CALLS_CELL) < 0) this.renew(target, known);
    if (!isFit || depth >= this.program.depthLimit) {
      this.loadFromWasm(target, known);
      if (entry === undefined) this.miss(target);
      this.untilReturn(back, needed, depth);
      this.storeToWasm();
      return back;
    }
    const { enter, facts } = entry;
    this.pointers.remember(target, enter, ~facts.liveOut);
    return this.enter(enter, depth + 1);
  }

  /** What is at `target` returns to the caller of the function that jumps. */
  jumpIndirect(target: number, known: number, needed: number, depth: number): number {
    const entry = this.entries.at(target);
    const isFit = entry !== undefined && (needed & ~entry.facts.liveOut) === 0;
    if (isFit && depth < this.program.depthLimit) return this.enter(entry.enter, depth + 1);
    this.loadFromWasm(target, known);
    if (entry === undefined) this.miss(target);
    throw new Leaving();
  }

  /** Run a translated function with the registers that are in the cells. */
  private enter(run: Entry, depth: number): number {
    const { cells } = this;
    const [ebx, esp, ebp] = [cells.get(EBX), cells.get(ESP), cells.get(EBP)];
    const [address, eax] = run(cells.get(EAX), ebx, esp, ebp, depth);
    cells.set(EAX, eax);
    return address;
  }

  /**
   * Give up the functions that are open. One that does not return runs for ever in the code that
   * the engine made of it at first, even when the engine has made better code since.
   */
  private renew(target: number, known: number): never {
    this.renewal = Math.min(this.renewal * RENEWAL_GROWTH, MAX_RENEWAL);
    this.cells.set(CALLS_CELL, this.renewal);
    this.loadFromWasm(target, known);
    throw new Leaving();
  }

  observe(address: number, known: number): void {
    this.loadFromWasm(address, known);
    this.observer?.(address, known, this.process);
  }

  // The interpreter's turn

  /**
   * Interpret until control comes back to `back` with the call's frame gone, the flags that are
   * needed there, and only registers that the translator knows of changed; translated code may then
   * go on.
   */
  private untilReturn(
    back: number,
    needed: number,
    depth: number,
    { changes, drop }: Pick<TranslatedFunction, 'changes' | 'drop'> = UNKNOWN,
  ): void {
    const { registers } = this.cpu;
    const before = registers.slice();
    const esp = registers[ESP] as number;
    const isBack = (now: number): boolean =>
      drop === undefined ? now >>> 0 > esp >>> 0 : now === ((esp + 4 + drop) | 0);
    const outer = this.depth;
    this.depth = depth;
    this.enterTranslated(true);
    this.interpretUntil(
      (cpu) =>
        cpu.eip === back &&
        (cpu.unknownFlags & needed) === 0 &&
        isBack(registers[ESP] as number) &&
        before.every(
          (value, at) => ((changes >> at) & 1) === 1 || at === ESP || value === registers[at],
        ),
    );
    this.depth = outer;
  }

  private interpretUntil(done: (cpu: Interpreter) => boolean): void {
    const { cpu } = this;
    const { process } = this;
    const stop = (): boolean => stopAtControl(cpu) || cpu.codeChanged;
    while (!done(cpu)) {
      this.windows.close(); // the interpreter's system calls do not know of them
      this.budget.runUntil(process, stop);
      if (cpu.codeChanged) throw new Leaving();
      this.enterTranslated(CALLS.has(cpu.lastOperation));
    }
  }

  /**
   * If eip is the entry of a translated function that may be entered, run it to its return.
   *
   * @param isCall it has just been called: its return address is on top of the stack.
   */
  private enterTranslated(isCall: boolean): void {
    const { cpu, readers } = this;
    const esp = cpu.registers[ESP] as number;
    const read = isCall ? readers.called(esp) : readers.afterAny(esp);
    let entry = this.entries.at(cpu.eip);
    if (entry === undefined) {
      if (cpu.lastOperation === 'ret' || (cpu.lastOperation === 'jmp' && !isLoop(cpu))) return;
      this.miss(cpu.eip);
      entry = this.entries.at(cpu.eip);
      if (entry === undefined) return;
    }
    const { facts, enter } = entry;
    if (facts.recursive && this.depth >= this.program.depthLimit) return;
    if ((facts.liveIn & cpu.unknownFlags) !== 0) return;
    if ((read & ~facts.liveOut) !== 0) return;
    this.storeToWasm();
    const address = this.enter(enter, this.depth);
    this.loadFromWasm(address, facts.liveOut);
  }

  private get memory(): Memory {
    return this.process.memory;
  }

  /**
   * Registers from the cells to the interpreter, and to the file table what was read and written.
   */
  private loadFromWasm(address: number, known: number): void {
    const { cpu, cells } = this;
    this.windows.settle();
    for (let at = 0; at < 8; at++) cpu.registers[at] = cells.get(at);
    cpu.flags.unpack(cells.get(FLAGS_CELL));
    cpu.unknownFlags = ARITHMETIC & ~known;
    cpu.eip = address;
  }

  /** Registers from the interpreter to the cells. */
  private storeToWasm(): void {
    const { cpu, cells } = this;
    if (this.isNearDeepStack()) this.memory.deepen();
    if (!this.knowsRights()) throw new Leaving();
    for (let at = 0; at < 8; at++) cells.set(at, cpu.registers[at] as number);
    cells.set(FLAGS_CELL, cpu.flags.pack());
    cells.set(GS_CELL, cpu.segments.base(GS) ?? 0);
    this.setLimits();
  }

  /** Would code soon be left at each guard, as the guards allow no use of the deep stack? */
  private isNearDeepStack(): boolean {
    const { layout } = this.program;
    const depth = ((this.cpu.registers[ESP] as number) - stackStart(layout)) >>> 0;
    return layout.deepStack > 0 && depth < layout.deepStack + DEEP_MARGIN;
  }

  /** Tell translated code where the heap ends. */
  private setLimits(): void {
    const { heapEnd } = this.process.memory;
    const end = roundUp(heapEnd);
    if (end === this.limitedTo) return;
    this.limitedTo = end;
    const { readStart, writeStart, writableStart } = this.program.layout;
    const mayRead = readStart >= this.readableFrom;
    const mayWrite = writableStart >= this.writableFrom;
    for (const size of [1, 2, 4]) {
      const places = (start: number): number => Math.max(0, end - start - size + 1);
      this.cells.set(READ_LIMITS[size] as number, mayRead ? places(readStart) : 0);
      this.cells.set(WRITE_LIMITS[size] as number, mayWrite ? places(writeStart) : 0);
    }
  }

  /** A trap of WebAssembly as a fault of the guest. */
  private faultOf(error: unknown): unknown {
    this.windows.settle();
    const trap = trapOf(error, this.program);
    if (trap === undefined) return withoutStackOverflow(error);
    this.loadFromWasm(trap.address, 0);
    return trap.fault;
  }
}
