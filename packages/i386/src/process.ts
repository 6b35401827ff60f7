// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * A process: its image in memory, initial stack, files and children.
 *
 * fork runs the child at once: to its end, or until it has to wait (waiting.ts). Then the parent
 * continues. The child borrows the parent's memory, and its changes are undone afterwards;
 * only a child that runs for a while, or waits, gets a copy. execve asks the host to run the
 * program, so that the host sees every program that starts, and ends this process with that
 * program's status. Invariant: whenever another program may read files, the host has all that was
 * written.
 */
import { encodeUtf8 } from '@stage0-ts/bytes';
import { formatError } from '@stage0-ts/diagnostics';
import type { ChildStatus, Host } from '@stage0-ts/host';
import { type CallContext, CallCount, putWords } from './call-context.ts';
import { type Executable, readExecutable, segmentPages } from './elf.ts';
import { errno } from './errno.ts';
import { isFault, MachineError } from './errors.ts';
import { FileTable } from './files.ts';
import { Interpreter, type Surroundings } from './interpreter.ts';
import {
  type Backing,
  bufferSize,
  Memory,
  PAGE,
  PlainBacking,
  pageCountOf,
  STACK_END,
  STACK_GAP,
  WRITABLE,
} from './memory.ts';
import { EAX, EBP, EBX, ECX, EDI, EDX, ESI, ESP } from './registers.ts';
import { enterHandler, leaveHandler } from './signal-frames.ts';
import { Entropy, ended, type Mask, type SignalInfo, Signals } from './signals.ts';
import { buildStack } from './start-stack.ts';
import { systemCall } from './syscalls.ts';
import { Waiting, WaitingForks } from './waiting.ts';

/** Limits of a process; see {@link DEFAULT_LIMITS}. */
export interface Limits {
  /** Bytes of stack. Linux's usual limit is 8 MiB. */
  readonly stackSize: number;
  /** Bytes of memory, stack and image included; brk fails beyond. */
  readonly memory: number;
  /** Bytes of a file. */
  readonly file: number;
  /** Processes that wait for each other: by fork, and by starting programs. */
  readonly processes: number;
  /** Whether inexact results are rounded; otherwise they end the program. Default false. */
  readonly roundFunctions?: boolean | undefined;
}

/** The defaults. */
export const DEFAULT_LIMITS: Limits = {
  stackSize: 8 << 20,
  memory: 1 << 30,
  file: 1 << 30,
  processes: 100,
};

/** Thrown when the process ends, in order to leave all code that is running. */
export class ProcessEnd {
  readonly status: ChildStatus;

  constructor(status: ChildStatus) {
    this.status = status;
  }
}

/** An image in memory, ready to run. */
export interface LoadedImage {
  readonly executable: Pick<Executable, 'start' | 'end' | 'entry'>;
  readonly memory: Memory;
  /** esp at the start. */
  readonly stackPointer: number;
}

/** Makes the buffer of a process, of at least `size` bytes. */
export type MakeBacking = (size: number) => Backing;

const plainBacking: MakeBacking = (size) => new PlainBacking(size);

/** Load an ELF file and build the stack that a program finds. Throws MachineError `bad-image`. */
export function loadImage(
  image: { readonly path: string; readonly bytes: Uint8Array },
  argv: readonly string[],
  environment: readonly string[],
  limits: Limits,
  makeBacking: MakeBacking = plainBacking,
): LoadedImage {
  const executable = readExecutable(image.bytes, image.path);
  const { start, end, segments } = executable;
  const stackSize = Math.max(MIN_STACK, limits.stackSize - (limits.stackSize % PAGE));
  const pageCount = pageCountOf(limits.memory);
  const layout = { stackSize, imageStart: start, imageEnd: end, pageCount };
  if (end > STACK_END - stackSize - STACK_GAP) {
    throw new MachineError('bad-image', 'a segment lies where the stack is', image.path);
  }
  const size = bufferSize(layout);
  if (size > limits.memory) {
    throw new MachineError(
      'memory-limit',
      `the program needs ${size} bytes of memory, the limit is ${limits.memory}`,
      image.path,
    );
  }
  const memory = new Memory(layout, makeBacking(size), limits.memory);
  for (const segment of segments) {
    const { address, content } = segmentPages(image.bytes, segment);
    memory.bytes.set(content, memory.place(address));
    memory.allow(segment.address, segment.address + segment.memorySize, segment.rights);
  }
  const stackPointer = buildStack(memory, executable, argv, environment, image.path);
  return { executable, memory, stackPointer };
}

/** The kernel gives a program this much stack even if the limit is lower. */
const MIN_STACK = 0x21000;

/**
 * What a program inherits from the process that executed it, apart from what the host passes on.
 */
export interface Legacy {
  readonly files: FileTable;
  readonly umask: number | undefined;
  readonly signals: Signals;
  readonly pid: number;
  readonly parentPid: number;
}

/** What all processes of an engine share. */
export interface Session {
  lastPid: number;
  /** Number of processes that have not ended, without those that were put aside. */
  open: number;
  readonly waiting: WaitingForks;
  readonly entropy: Entropy;
  /** The signals of these processes, by process number. */
  readonly signals: Map<number, Signals>;
  /** Set while a process is executing a program. */
  legacy: Legacy | undefined;
}

/** The number of the first program's parent, which does not exist here. */
const FIRST_PID = 1000;

export function newSession(): Session {
  return {
    lastPid: FIRST_PID,
    open: 0,
    waiting: new WaitingForks(),
    entropy: new Entropy(),
    signals: new Map(),
    legacy: undefined,
  };
}

/** What forks of one process share. */
export interface Family {
  readonly session: Session;
  readonly limits: Limits;
  /** How many instructions they may still execute together, and whether to stop. */
  readonly budget: Budget;
}

/** Runs a forked child to its end, within limits. */
export interface Budget {
  run(process: Process): ChildStatus;
}

export class Process implements CallContext, Surroundings {
  readonly cpu: Interpreter;
  memory: Memory;
  readonly host: Host;
  readonly files: FileTable;
  readonly calls: CallCount = new CallCount();
  readonly pid: number;
  readonly parentPid: number;
  readonly isForkedChild: boolean;
  readonly signals: Signals;
  readonly entropy: Entropy;
  umask: number | undefined;
  /** True while `memory` is the parent's. */
  private borrowed: boolean;
  /** True once a fork that was put aside has to execute its program. */
  private mustExecute = false;
  private readonly code: { start: number; end: number };
  private readonly family: Family;
  private readonly children: { pid: number; status: number }[] = [];
  /** True if a handler has returned, so that the program does not continue after the call. */
  private returned = false;
  /** The signal mask to set when the call returns, if it differs from the current one. */
  private maskAfter: Mask | undefined;

  /** @param legacy from the process that executed this program, or from the parent of a fork. */
  constructor(image: LoadedImage, host: Host, family: Family, legacy?: Legacy, parent?: Process) {
    this.memory = image.memory;
    this.borrowed = parent !== undefined;
    this.host = host;
    this.family = family;
    this.code = image.executable;
    this.cpu = new Interpreter(this.memory, this, this.code);
    this.cpu.fpu.roundFunctions = family.limits.roundFunctions ?? false;
    this.cpu.eip = image.executable.entry;
    this.cpu.registers[ESP] = image.stackPointer;
    const isExecuted = parent === undefined && legacy !== undefined;
    const { entropy } = family.session;
    this.entropy = entropy;
    this.files = isExecuted
      ? legacy.files.handOver(host)
      : new FileTable(host, family.limits.file, entropy, legacy?.files);
    this.signals = new Signals(legacy?.signals, isExecuted);
    this.umask = legacy?.umask;
    this.pid = legacy?.pid ?? ++family.session.lastPid;
    this.parentPid = legacy?.parentPid ?? FIRST_PID;
    this.isForkedChild = parent !== undefined;
    family.session.signals.set(this.pid, this.signals);
  }

  /** int 0x80 in the interpreter. */
  systemCall(cpu: Interpreter): void {
    const r = cpu.registers;
    const result = systemCall(
      this,
      r[EAX] as number,
      r[EBX] as number,
      r[ECX] as number,
      r[EDX] as number,
      r[ESI] as number,
      r[EDI] as number,
    );
    this.finishCall(result);
  }

  /**
   * A system call returns `result`: put it into eax, and deliver pending signals. True if the
   * program does not continue after the call. Throws ProcessEnd.
   */
  finishCall(result: number): boolean {
    const { cpu, signals } = this;
    let isElsewhere = this.returned;
    this.returned = false;
    cpu.registers[EAX] = result;
    const after = this.maskAfter ?? signals.mask;
    for (let info = signals.take(); info !== undefined; info = signals.take()) {
      const effect = signals.effect(info.signal);
      if (effect === 'ends') this.die(info.signal);
      if (effect === 'nothing') continue;
      enterHandler(cpu, signals, info, this.maskAfter ?? signals.mask);
      this.maskAfter = undefined;
      signals.enter(info.signal);
      isElsewhere = true;
    }
    if (this.maskAfter !== undefined) signals.mask = after;
    this.maskAfter = undefined;
    return isElsewhere;
  }

  signal(pid: number, info: SignalInfo): boolean {
    const to = this.family.session.signals.get(pid);
    if (to === undefined) return this.children.some((child) => child.pid === pid);
    if (info.signal !== 0) to.raise(info);
    return true;
  }

  suspend(mask: Mask): void {
    this.maskAfter = this.signals.mask;
    this.signals.mask = mask;
  }

  leaveHandler(hasInfo: boolean): number {
    const { eax, mask } = leaveHandler(this.cpu, hasInfo);
    this.signals.mask = mask;
    this.returned = true;
    return eax;
  }

  /**
   * The process has ended: close its files. From now on no signal can be sent to it. Forks that
   * waited for that go on.
   */
  close(): void {
    const { signals, waiting, open } = this.family.session;
    this.files.closeAll();
    signals.delete(this.pid);
    const isLast = open === 0 && !this.isForkedChild;
    waiting.runUntil(() => false, isLast);
  }

  waitUntil(isReady: () => boolean, forWhat: string): void {
    if (this.others().runUntil(isReady, !this.isForkedChild)) return;
    if (this.signals.isDue) throw errno('EINTR');
    if (this.isForkedChild) throw new Waiting(isReady);
    throw new MachineError('blocked', `waits for ${forWhat} that waits for this one`);
  }

  letOthersRun(): void {
    this.others().pass(() => this.signals.isDue);
  }

  /** The forks that wait, which are about to run. */
  private others(): WaitingForks {
    const { waiting } = this.family.session;
    if (waiting.count > 0) this.files.flush();
    return waiting;
  }

  willWrite(address: number, size: number): void {
    this.cpu.forget(address, size);
    this.memory.willChange(this.memory.offset(address, size, WRITABLE), size);
  }

  /** Stop using the parent's memory: make a copy. */
  ownMemory(makeBacking?: MakeBacking): void {
    if (!this.borrowed && makeBacking === undefined) return;
    const copy = this.memory.copy(makeBacking);
    if (this.borrowed) this.memory.restore();
    this.borrowed = false;
    this.memory = copy;
    this.cpu.memory = copy;
  }

  setHeapEnd(address: number): number {
    return this.memory.setHeapEnd(address) | 0;
  }

  exit(status: number): never {
    throw new ProcessEnd({ kind: 'exited', status });
  }

  die(signal: number): never {
    throw new ProcessEnd({ kind: 'killed', signal });
  }

  get sixth(): number {
    return this.cpu.registers[EBP] as number;
  }

  setSegment(entry: number, base: number): void {
    this.cpu.segments.set(entry, base);
  }

  fork(stack = 0, childNumber = 0): number {
    this.files.flush();
    if (this.borrowed) this.ownMemory();
    const image = {
      executable: { ...this.code, entry: this.cpu.eip },
      memory: this.memory,
      stackPointer: 0,
    };
    this.memory.lend();
    const { session } = this.family;
    const legacy = { ...this.legacy(), pid: ++session.lastPid, parentPid: this.pid };
    const child = new Process(image, this.host, this.family, legacy, this);
    child.cpu.inherit(this.cpu);
    child.cpu.registers[EAX] = 0;
    if (stack !== 0) child.cpu.registers[ESP] = stack;
    if (childNumber !== 0) putWords(child, childNumber, child.pid);
    this.runFork(child, this.host.currentDirectory());
    return child.pid;
  }

  /** Run a child in this directory, until it ends or has to wait. */
  private runFork(child: Process, directory: string): void {
    const { host } = this;
    const before = host.currentDirectory();
    try {
      if (directory !== before) {
        const isGone = host.stat(directory)?.kind !== 'directory';
        if (isGone)
          throw new MachineError('blocked', `a fork waited in ${directory}, which is gone`);
        host.changeDirectory(directory);
      }
      const status = this.runToEndOrWait(child);
      if (status === undefined) return;
      child.close();
      this.children.push({ pid: child.pid, status: waitStatus(status) });
      this.signals.raise(ended(child.pid, status));
    } finally {
      if (host.currentDirectory() !== before) host.changeDirectory(before);
    }
  }

  /** How a child has ended; undefined if it waits. */
  private runToEndOrWait(child: Process): ChildStatus | undefined {
    const { session, limits } = this.family;
    try {
      return counted(session, limits, () => this.runChild(child));
    } catch (error) {
      if (!(error instanceof Waiting)) throw error;
      child.ownMemory();
      child.files.flush();
      const directory = this.host.currentDirectory();
      session.waiting.add({
        pid: child.pid,
        parentPid: this.pid,
        executes: error.executes,
        isReady: () => error.isReady() || child.signals.isDue,
        resume: () => {
          child.mustExecute = error.executes;
          this.runFork(child, directory);
        },
      });
      return undefined;
    } finally {
      if (child.borrowed) this.memory.restore();
    }
  }

  /** Run a child to its end. A fault ends only the child. Throws {@link Waiting}. */
  private runChild(child: Process): ChildStatus {
    try {
      return this.family.budget.run(child);
    } catch (error) {
      if (!isFault(error)) throw error;
      child.files.flush();
      this.host.writeStderr(encodeUtf8(formatError(error, error.file ?? 'fork')));
      return { kind: 'killed', signal: error.signal };
    }
  }

  private legacy(): Legacy {
    const { files, umask, signals, pid, parentPid } = this;
    return { files, umask, signals, pid, parentPid };
  }

  execute(path: string, argv: readonly string[], environment: readonly string[]): never {
    this.files.flush();
    this.waitForInput(path);
    const { session } = this.family;
    const before = session.legacy;
    session.legacy = this.legacy();
    let status: ChildStatus;
    try {
      if (this.host.stat(path) !== undefined && !this.isExecutable(path)) throw errno('EACCES');
      const inherited = { ...this.files.streams(), umask: this.umask };
      status = this.host.run(path, argv, environment, inherited);
    } finally {
      session.legacy = before;
    }
    this.files.opened.expire();
    throw new ProcessEnd(status);
  }

  private isExecutable(path: string): boolean {
    const found = this.host.stat(path);
    return found?.kind === 'file' && (found.mode & 0o111) !== 0;
  }

  /** A fork is put aside before it executes a program whose input is not complete. */
  private waitForInput(path: string): void {
    const { files } = this;
    const mayWait = this.isForkedChild && !this.mustExecute && this.isExecutable(path);
    this.mustExecute = false;
    if (!mayWait || files.isInputComplete()) return;
    // The parent may wait for the end of one of these, to see that the program was started.
    files.closeForExecution();
    throw new Waiting(() => files.isInputComplete(), true);
  }

  reap(pid: number, mustNotWait: boolean): { pid: number; status: number } | undefined {
    // All children are in this process's group, so 0 means any child.
    const wanted = pid === -1 || pid === 0 ? undefined : pid;
    const isOne = (child: { pid: number }): boolean => wanted === undefined || child.pid === wanted;
    const isThere = (): boolean => this.children.some(isOne);
    const mayEnd = this.family.session.waiting.has(this.pid, wanted);
    if (mayEnd && mustNotWait) this.others().pass(isThere);
    else if (mayEnd) this.waitUntil(isThere, 'a process');
    const at = this.children.findIndex(isOne);
    const [child] = at < 0 ? [] : this.children.splice(at, 1);
    if (child === undefined && !mayEnd) throw errno('ECHILD');
    return child;
  }
}

/** Run one more process. Throws MachineError if there are too many. */
export function counted<Result>(session: Session, limits: Limits, run: () => Result): Result {
  const count = session.open + session.waiting.count;
  if (count >= limits.processes) {
    throw new MachineError(
      'process-limit',
      `${count} processes wait for each other, which is the limit`,
    );
  }
  session.open++;
  try {
    return run();
  } finally {
    session.open--;
  }
}

/** The status in the encoding of wait(2). */
function waitStatus(status: ChildStatus): number {
  return status.kind === 'exited' ? status.status << 8 : status.signal;
}
