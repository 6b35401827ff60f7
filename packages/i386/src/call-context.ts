// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * What every system call uses: its process, and the guest's memory, from which it reads strings and
 * to which it copies results. Pointers are checked: an address that is not mapped gives EFAULT.
 */
import { decodeUtf8 } from '@stage0-ts/bytes';
import type { Host } from '@stage0-ts/host';
import { errno } from './errno.ts';
import { MachineError } from './errors.ts';
import type { FileTable } from './files.ts';
import { type Memory, READABLE, WRITABLE } from './memory.ts';
import type { Entropy, Mask, SignalInfo, Signals } from './signals.ts';

/** What system calls use and change. */
export interface CallContext {
  readonly host: Host;
  readonly memory: Memory;
  readonly files: FileTable;
  readonly calls: CallCount;
  /**
   * Permission bits that new files do not get. Undefined until the guest sets it: then the host's
   * own umask applies.
   */
  umask: number | undefined;
  readonly pid: number;
  readonly parentPid: number;
  /** brk. */
  setHeapEnd(address: number): number;
  /** Called before the guest's memory is changed. */
  willWrite(address: number, size: number): void;
  exit(status: number): never;
  /** End the process as the signal would. */
  die(signal: number): never;
  /**
   * @param stack esp of the child; 0 for the same as the parent's.
   * @param childNumber where the child's process number is stored in its memory; 0 for nowhere.
   */
  fork(stack?: number, childNumber?: number): number;
  execute(path: string, argv: readonly string[], environment: readonly string[]): never;
  /**
   * Number and wait status of a child that has ended; undefined if none has, and this must not
   * wait. Throws ECHILD, and what {@link waitUntil} throws.
   */
  reap(pid: number, mustNotWait: boolean): { pid: number; status: number } | undefined;
  /**
   * Let forks that wait go on until `isReady`. Throws EINTR, Waiting for a fork, and MachineError
   * for a program that nobody can let go on, which names `forWhat` it waits.
   */
  waitUntil(isReady: () => boolean, forWhat: string): void;
  /** Time passes: let forks that wait go on until a signal is due. */
  letOthersRun(): void;
  /** The sixth argument of a call. */
  readonly sixth: number;
  readonly signals: Signals;
  /** Send a signal to a process; number 0 sends none. False if there is no such process. */
  signal(pid: number, info: SignalInfo): boolean;
  /** Block the signals of `mask`, and no others, until the call returns. */
  suspend(mask: Mask): void;
  /** sigreturn: continue where the handler interrupted the program. Returns the old eax. */
  leaveHandler(hasInfo: boolean): number;
  /** Shared by all processes of the session. */
  readonly entropy: Entropy;
  /** Make an entry of the descriptor table a segment of 4 GiB that begins at `base`. */
  setSegment(entry: number, base: number): void;
  /** True for a child by fork. It may not change the root: its parent has the same host. */
  readonly isForkedChild: boolean;
}

/** Carries out a call; `a` to `e` are ebx, ecx, edx, esi, edi. */
export type Call = (
  context: CallContext,
  a: number,
  b: number,
  c: number,
  d: number,
  e: number,
) => number;

const MAX_PATH = 4096;

/** After this many useless system calls in a row, a program counts as stuck. */
const MAX_CALLS_IN_VAIN = 200_000;

/**
 * Finds programs that loop for ever. Upstream's assemblers do so if a file is missing or ends in a
 * comment.
 */
export class CallCount {
  private inVain = 0;
  /** Number of the last call that the machine does not support. */
  missing: number | undefined;

  /** Count a call; `inVain` if it failed or read nothing. Throws MachineError. */
  note(inVain: boolean): void {
    if (!inVain) this.inVain = 0;
    else if (++this.inVain >= MAX_CALLS_IN_VAIN) {
      const message =
        `${MAX_CALLS_IN_VAIN} system calls in a row have failed or read nothing: ` +
        'the program is stuck';
      throw new MachineError('stuck', message);
    }
  }
}

/** Run `action` and return 0, for calls without a result. */
export function done(action: () => void): number {
  action();
  return 0;
}

/** Copy `bytes` to the guest. */
export function put(context: CallContext, address: number, bytes: Uint8Array): void {
  if (bytes.length === 0) return;
  const offset = context.memory.offset(address, bytes.length, WRITABLE);
  if (offset < 0) throw errno('EFAULT');
  context.willWrite(address, bytes.length);
  context.memory.bytes.set(bytes, offset);
}

/** Copy 32-bit words to the guest. */
export function putWords(context: CallContext, address: number, ...words: number[]): void {
  const bytes = new Uint8Array(words.length * 4);
  const view = new DataView(bytes.buffer);
  words.forEach((word, at) => {
    view.setInt32(at * 4, word, true);
  });
  put(context, address, bytes);
}

/** The 32-bit word at `address`. */
export function wordAt(context: CallContext, address: number): number {
  const offset = context.memory.offset(address, 4, READABLE);
  if (offset < 0) throw errno('EFAULT');
  return context.memory.view.getInt32(offset, true);
}

/** The string at `address`, up to its zero byte, in the form that the host uses. */
export function text(context: CallContext, address: number, limit: number = MAX_PATH): string {
  const { memory } = context;
  let end = address;
  for (;;) {
    const offset = memory.offset(end, 1, READABLE);
    if (offset < 0) throw errno('EFAULT');
    if (memory.bytes[offset] === 0) break;
    end = (end + 1) | 0;
    if (end - address > limit) throw errno('ENAMETOOLONG');
  }
  const offset = memory.offset(address, 1, READABLE);
  return decodeUtf8(memory.bytes, offset, offset + (end - address));
}

/**
 * The strings that an array of pointers refers to, up to a null pointer. Address 0 means no
 * strings.
 */
export function texts(context: CallContext, address: number): string[] {
  const result: string[] = [];
  if (address === 0) return result;
  for (let at = address; ; at = (at + 4) | 0) {
    const pointer = wordAt(context, at);
    if (pointer === 0) return result;
    result.push(text(context, pointer, 0x20000));
  }
}
