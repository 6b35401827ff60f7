// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * Segment registers as a 32-bit program under a 64-bit Linux sees them: cs, ds, es and ss cover the
 * whole memory; fs and gs have no segment until the program loads them with one that
 * set_thread_area has made.
 */

/** Numbers of segment registers in ModRM. */
const [CS, SS] = [1, 2];
export const GS = 5;
/** The kernel's selectors for user code and data. */
const [CODE, DATA] = [0x23, 0x2b];
const SELECTORS = [DATA, CODE, DATA, DATA, 0, 0];

export class Segments {
  /** Indexed by register number. */
  private readonly selectors: number[];
  /** Entry of the descriptor table → base address. */
  private readonly bases: Map<number, number>;

  constructor(selectors: readonly number[] = SELECTORS, bases?: ReadonlyMap<number, number>) {
    this.selectors = [...selectors];
    this.bases = new Map(bases);
  }

  copy(): Segments {
    return new Segments(this.selectors, this.bases);
  }

  /** Make an entry of the table a segment that begins at `base`. */
  set(entry: number, base: number): void {
    this.bases.set(entry, base);
  }

  selector(register: number): number {
    return this.selectors[register] ?? 0;
  }

  /** Load a segment register. False if a processor would fault. */
  load(register: number, selector: number): boolean {
    const isNull = selector < 4;
    if (register === CS || register >= SELECTORS.length) return false;
    if (register === SS && selector !== DATA) return false;
    const isKnown = (selector | 3) === DATA || (selector | 3) === CODE;
    if (!isNull && !isKnown && !this.bases.has(selector >> 3)) return false;
    this.selectors[register] = selector;
    return true;
  }

  /** The address at which the segment in a register begins; undefined if the register has none. */
  base(register: number): number | undefined {
    const selector = this.selectors[register] ?? 0;
    if (selector < 4) return undefined;
    return this.bases.get(selector >> 3) ?? 0;
  }
}
