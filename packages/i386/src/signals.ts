// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * What a process knows of signals: what it has said about them, which are held back, and which
 * wait; and the bytes that stand for random ones.
 *
 * A signal is noticed when a system call returns: one that a process sends itself, SIGCHLD when a
 * fork has ended, and what a fork sends to those that wait for it. No clock sends one, and a fault
 * of the program always ends it. What a handler finds on the stack is signal-frames.ts's.
 */
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

/** What sigaction holds: handler, flags, restorer, and a mask of two words. */
export type Disposition = readonly [number, number, number, number, number];
/** Signals as bits, number 1 first. */
export type Mask = readonly [number, number];

/** What siginfo says of a signal's origin. */
export interface SignalInfo {
  readonly signal: number;
  readonly code: number;
  /** Who sent it, or has ended. */
  readonly pid: number;
  /** Of SIGCHLD: exit status or signal. */
  readonly status: number;
}

const PLAIN: Disposition = [DEFAULT, 0, 0, 0, 0];

export class Signals {
  private held: Mask = [0, 0];
  private readonly dispositions: Map<number, Disposition>;
  /** Those that wait, each once. */
  private readonly pending: Map<number, SignalInfo>;

  /** @param from of the parent; of the program that executed this one if `executed`. */
  constructor(from?: Signals, executed = false) {
    const all = [...(from?.dispositions ?? [])];
    const kept = executed ? all.filter(([, [handler]]) => handler === IGNORE) : all;
    this.dispositions = new Map(kept);
    this.pending = new Map(executed ? from?.pending : []);
    if (from !== undefined) this.held = from.held;
  }

  /** Signals that are held back. */
  get mask(): Mask {
    return this.held;
  }

  set mask([low, high]: Mask) {
    // What cannot be handled cannot be held back.
    this.held = [[...FIXED].reduce((word, signal) => word & ~(1 << (signal - 1)), low), high];
  }

  get(signal: number): Disposition {
    return this.dispositions.get(signal) ?? PLAIN;
  }

  /** False for a signal that has no number or cannot be handled. */
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

  /** A signal comes. It is forgotten if it would do nothing, unless it is held back. */
  raise(info: SignalInfo): void {
    const { signal } = info;
    if (this.effect(signal) === 'nothing' && !this.isHeld(signal)) return;
    if (!this.pending.has(signal)) this.pending.set(signal, info);
  }

  /** Those that wait, as bits. */
  get waiting(): Mask {
    const words: [number, number] = [0, 0];
    for (const signal of this.pending.keys())
      words[signal > 32 ? 1 : 0] |= 1 << ((signal - 1) & 31);
    return words;
  }

  /** Take the first that waits and is not held back, or is among `wanted`. */
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

  /** The handler of `signal` begins: what is held back meanwhile, and what is forgotten. */
  enter(signal: number): void {
    const [, flags, , low, high] = this.get(signal);
    if ((flags & SA_RESETHAND) !== 0) this.dispositions.delete(signal);
    const own = (flags & SA_NODEFER) === 0 ? 1 << ((signal - 1) & 31) : 0;
    const isLow = signal <= 32;
    this.mask = [this.held[0] | low | (isLow ? own : 0), this.held[1] | high | (isLow ? 0 : own)];
  }
}

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
