// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * Addresses that a program calls by pointers and that nothing translated begins at → when these are
 * worth a translation, and which. All processes that run the program count together: most of them
 * are short.
 */

/** Calls of functions that are not translated before they are, at first. */
const FIRST_PATIENCE = 500;
/** A new translation costs as much as the first: each time the patience grows so. */
const PATIENCE_GROWTH = 4;
const MAX_PATIENCE = 32_000;
/** Calls of one function after which it is worth a translation. */
const MIN_CALLS = 4;

export class Misses {
  /** Address → how often it was called. */
  private readonly counts = new Map<number, number>();
  private total = 0;
  private patience = FIRST_PATIENCE;

  /**
   * Count one more. Returns what should be translated now, by how often it was called: mostly
   * nothing.
   */
  count(target: number): readonly number[] {
    this.counts.set(target, (this.counts.get(target) ?? 0) + 1);
    if (++this.total < this.patience) return [];
    this.total = 0;
    this.patience = Math.min(this.patience * PATIENCE_GROWTH, MAX_PATIENCE);
    const often = [...this.counts].filter(([, count]) => count >= MIN_CALLS);
    this.counts.clear();
    return often.sort(([, one], [, other]) => other - one).map(([at]) => at);
  }
}
