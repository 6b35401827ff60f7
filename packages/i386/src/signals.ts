// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * Signals as far as they are harmless: what a program has said about them, and what they do by
 * themselves; and the bytes that stand for random ones.
 *
 * No handler is ever called: the machine sends no signal of its own that a program survives, and a
 * child has ended before its parent could be told. A signal that a program sends itself ends it, is
 * ignored, or, where it has a handler, is ENOSYS.
 */
const DEFAULT = 0;
const IGNORE = 1;
/** SIGCHLD, SIGCONT, SIGURG, SIGWINCH. */
const HARMLESS = new Set([17, 18, 23, 28]);
/** SIGKILL and SIGSTOP. */
const FIXED = new Set([9, 19]);
export const SIGPIPE = 13;
export const MAX_SIGNAL = 64;

/** What sigaction holds: handler, flags, restorer, and a mask of two words. */
export type Disposition = readonly [number, number, number, number, number];

const PLAIN: Disposition = [DEFAULT, 0, 0, 0, 0];

export class Signals {
  mask: readonly [number, number] = [0, 0];
  private readonly dispositions: Map<number, Disposition>;

  /** @param from of the parent; of the program that executed this one if `executed`. */
  constructor(from?: Signals, executed = false) {
    const all = [...(from?.dispositions ?? [])];
    const kept = executed ? all.filter(([, [handler]]) => handler === IGNORE) : all;
    this.dispositions = new Map(kept);
    if (from !== undefined) this.mask = from.mask;
  }

  get(signal: number): Disposition {
    return this.dispositions.get(signal) ?? PLAIN;
  }

  /** False for a signal that has no number or cannot be handled. */
  set(signal: number, disposition: Disposition): boolean {
    if (!isSignal(signal) || FIXED.has(signal)) return false;
    this.dispositions.set(signal, disposition);
    return true;
  }

  /** What a signal does to the process. */
  effect(signal: number): 'ends' | 'nothing' | 'handler' {
    const [handler] = this.get(signal);
    if (handler === IGNORE || (handler === DEFAULT && HARMLESS.has(signal))) return 'nothing';
    return handler === DEFAULT ? 'ends' : 'handler';
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
