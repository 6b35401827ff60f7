// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * The signals of a process: their dispositions, which are blocked, and which are pending. Also the
 * bytes that are served as random ones.
 *
 * Signals are delivered when a system call returns: those that a process sends to itself, SIGCHLD
 * when a fork has ended, and those that a fork sends to a process that waits for it. Timers send
 * none, and a fault always ends the program. signal-frames.ts makes what a handler finds on the
 * stack.
 */
import type { ChildStatus } from '@stage0-ts/host';

const DEFAULT = 0;
const IGNORE = 1;
/** SIGCHLD, SIGCONT, SIGURG, SIGWINCH. */
const HARMLESS = new Set([17, 18, 23, 28]);
/** SIGKILL and SIGSTOP. */
const FIXED = new Set([9, 19]);
export const SIGPIPE = 13;
export const SIGCHLD = 17;
export const MAX_SIGNAL = 64;

/** Flags of sigaction. */
const [SA_NODEFER, SA_RESETHAND] = [0x40000000, 0x80000000 | 0];

/** What sigaction stores: handler, flags, restorer, and a mask of two words. */
export type Disposition = readonly [number, number, number, number, number];
/** Signals as bits. Signal 1 is the lowest bit of the first word. */
export type Mask = readonly [number, number];

/** What siginfo says about the origin of a signal. */
export interface SignalInfo {
  readonly signal: number;
  readonly code: number;
  /** The process that sent it, or the child that has ended. */
  readonly pid: number;
  /** For SIGCHLD: exit status or signal. */
  readonly status: number;
}

const PLAIN: Disposition = [DEFAULT, 0, 0, 0, 0];

export class Signals {
  private held: Mask = [0, 0];
  private readonly dispositions: Map<number, Disposition>;
  /** The pending signals. Each can be pending only once. */
  private readonly pending: Map<number, SignalInfo>;

  /**
   * @param from the signals of the parent; if `executed`, of the program that executed this one.
   */
  constructor(from?: Signals, executed = false) {
    const all = [...(from?.dispositions ?? [])];
    const kept = executed ? all.filter(([, [handler]]) => handler === IGNORE) : all;
    this.dispositions = new Map(kept);
    this.pending = new Map(executed ? from?.pending : []);
    if (from !== undefined) this.held = from.held;
  }

  /** The blocked signals. */
  get mask(): Mask {
    return this.held;
  }

  set mask([low, high]: Mask) {
    // SIGKILL and SIGSTOP can be neither handled nor blocked.
    this.held = [[...FIXED].reduce((word, signal) => word & ~(1 << (signal - 1)), low), high];
  }

  get(signal: number): Disposition {
    return this.dispositions.get(signal) ?? PLAIN;
  }

  /** False for a signal that does not exist or cannot be handled. */
  set(signal: number, disposition: Disposition): boolean {
    if (!isSignal(signal) || FIXED.has(signal)) return false;
    this.dispositions.set(signal, disposition);
    if (this.effect(signal) === 'nothing') this.pending.delete(signal);
    return true;
  }

  /** What a signal does to the process. */
  effect(signal: number): 'ends' | 'nothing' | 'handler' {
    const [handler] = this.get(signal);
    if (handler === IGNORE || (handler === DEFAULT && HARMLESS.has(signal))) return 'nothing';
    return handler === DEFAULT ? 'ends' : 'handler';
  }

  private isHeld(signal: number): boolean {
    return (((this.held[(signal - 1) >> 5] as number) >> ((signal - 1) & 31)) & 1) === 1;
  }

  /** Send a signal. It is dropped if it would do nothing, unless it is blocked. */
  raise(info: SignalInfo): void {
    const { signal } = info;
    if (this.effect(signal) === 'nothing' && !this.isHeld(signal)) return;
    if (!this.pending.has(signal)) this.pending.set(signal, info);
  }

  /** Is a signal pending that is not blocked? */
  get isDue(): boolean {
    return [...this.pending.keys()].some((signal) => !this.isHeld(signal));
  }

  /** The pending signals, as bits. */
  get waiting(): Mask {
    const words: [number, number] = [0, 0];
    for (const signal of this.pending.keys())
      words[signal > 32 ? 1 : 0] |= 1 << ((signal - 1) & 31);
    return words;
  }

  /** Take the first pending signal that is not blocked; with `wanted`, the first one of these. */
  take(wanted?: Mask): SignalInfo | undefined {
    const isOpen = (signal: number): boolean =>
      wanted === undefined
        ? !this.isHeld(signal)
        : (((wanted[(signal - 1) >> 5] as number) >> ((signal - 1) & 31)) & 1) === 1;
    const [first] = [...this.pending.keys()].filter(isOpen).sort((a, b) => a - b);
    if (first === undefined) return undefined;
    const info = this.pending.get(first);
    this.pending.delete(first);
    return info;
  }

  /**
   * Called when the handler of `signal` begins: block the signals that it blocks, and reset it if
   * its flags say so.
   */
  enter(signal: number): void {
    const [, flags, , low, high] = this.get(signal);
    if ((flags & SA_RESETHAND) !== 0) this.dispositions.delete(signal);
    const own = (flags & SA_NODEFER) === 0 ? 1 << ((signal - 1) & 31) : 0;
    const isLow = signal <= 32;
    this.mask = [this.held[0] | low | (isLow ? own : 0), this.held[1] | high | (isLow ? 0 : own)];
  }
}

/** The signal that a parent gets when a child ends. */
export function ended(pid: number, status: ChildStatus): SignalInfo {
  const isExit = status.kind === 'exited';
  const result = isExit ? status.status : status.signal;
  return { signal: SIGCHLD, code: isExit ? CLD_EXITED : CLD_KILLED, pid, status: result };
}

const [CLD_EXITED, CLD_KILLED] = [1, 2];

/** True for 1 to 64. */
export function isSignal(signal: number): boolean {
  return signal >= 1 && signal <= MAX_SIGNAL;
}

/**
 * Bytes for /dev/urandom and getrandom: always the same sequence in a session, so that runs can be
 * repeated. They are not fit for secrets, and nothing that a bootstrap makes should depend on them.
 */
export class Entropy {
  private state = 0x2545f491;

  fill(to: Uint8Array): void {
    for (let at = 0; at < to.length; at++) {
      // Marsaglia's xorshift.
      this.state ^= this.state << 13;
      this.state ^= this.state >>> 17;
      this.state ^= this.state << 5;
      to[at] = this.state >>> 11;
    }
  }
}
