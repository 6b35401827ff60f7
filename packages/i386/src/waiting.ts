// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * Forks that wait. Processes run one after the other: a fork runs before its parent goes on. But a
 * fork may need what its parent has yet to write into a pipe: `popen(…, "w")`, or a chain of
 * filters. Such a fork is put aside at its system call, and its parent goes on; the fork makes the
 * call again when it can, and somebody waits for it or ends.
 *
 * A kernel may run processes in this order too. Only a fork can be put aside, as its parent's call
 * has nothing to do but to return; a program that the host runs for somebody cannot. So a fork that
 * executes a program is put aside before that, if others may still write to its standard input.
 * Invariant: a fork that was put aside has given to the host all that it wrote, and uses no memory
 * of its parent's.
 */

/** Thrown by a system call that a fork has to make again later. */
export class Waiting {
  readonly isReady: () => boolean;
  readonly executes: boolean;

  /**
   * @param isReady whether the call would go on now.
   * @param executes true before the start of a program. That is possible at any time, but the
   *   program would have to wait where its input is not complete, and cannot.
   */
  constructor(isReady: () => boolean, executes = false) {
    this.isReady = isReady;
    this.executes = executes;
  }
}

/** A fork that was put aside. */
export interface WaitingFork {
  readonly pid: number;
  readonly parentPid: number;
  /** True before the start of a program, which may begin at any time, but cannot wait later. */
  readonly executes: boolean;
  isReady(): boolean;
  /** Run it until it ends, or waits again. */
  resume(): void;
}

/**
 * So often a process may sleep, or ask whether a child has ended, before forks that are about to
 * execute a program have to: perhaps it waits for one of them.
 */
const PATIENCE = 100;

/** Those of a session, in the order in which they began to wait. */
export class WaitingForks {
  private forks: WaitingFork[] = [];
  /** How often time has passed since one of them ran, or began to wait. */
  private idle = 0;

  get count(): number {
    return this.forks.length;
  }

  add(fork: WaitingFork): void {
    this.idle = 0;
    this.forks.push(fork);
  }

  /** Is there one of this parent, with this number if one is given? */
  has(parentPid: number, pid?: number): boolean {
    return this.forks.some(
      (fork) => fork.parentPid === parentPid && (pid === undefined || fork.pid === pid),
    );
  }

  /**
   * Run those that are ready, until `isDone`; when `mayExecute` and none is ready, also those that
   * are about to execute a program. Is it done?
   */
  runUntil(isDone: () => boolean, mayExecute: boolean): boolean {
    while (!isDone()) {
      const next =
        this.forks.find((fork) => fork.isReady()) ??
        (mayExecute ? this.forks.find((fork) => fork.executes) : undefined);
      if (next === undefined) return false;
      this.forks.splice(this.forks.indexOf(next), 1);
      this.idle = 0;
      next.resume();
    }
    return true;
  }

  /** A process lets time pass. Is it done? */
  pass(isDone: () => boolean): boolean {
    return this.runUntil(isDone, ++this.idle > PATIENCE);
  }

  /** The first program has ended: nobody is left who could let one go on. */
  giveUp(): void {
    this.forks = [];
  }
}
