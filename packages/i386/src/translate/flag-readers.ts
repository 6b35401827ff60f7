// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * Which flags are read after the functions that the interpreter is in return: calls in the
 * interpreter → flags that a translated function must give, if it is to return from one of them.
 *
 * Code there is not translated, or its flags would be kept. Where the way is not plain to see they
 * count as not read: then the interpreter says so. Invariant: a call after which flags are read is
 * known until esp is above its return address.
 */
import type { Memory } from '../memory.ts';
import { READABLE } from '../memory.ts';
import { flagsRead } from './facts.ts';

export class FlagReaders {
  private readonly memory: Memory;
  /** Address after a call → flags that are read there. */
  private readonly readAt = new Map<number, number>();
  /**
   * Calls after which some are read: low addresses of their return addresses, and what is read
   * after these or those before. Hardly ever any, but a recursion can have many.
   */
  private readonly open: { readonly place: number; readonly flags: number }[] = [];

  constructor(memory: Memory) {
    this.memory = memory;
  }

  /** Those that are read at the return address, which is at `esp`. */
  private after(esp: number): number {
    const offset = this.memory.offset(esp, 4, READABLE);
    if (offset < 0) return 0;
    const back = this.memory.view.getInt32(offset, true);
    let read = this.readAt.get(back);
    if (read === undefined) {
      read = flagsRead((at) => this.memory.byte(at), back);
      this.readAt.set(back, read);
    }
    return read;
  }

  /** Those that are read after the return of a function that has just been called. */
  called(esp: number): number {
    const flags = this.after(esp);
    this.returned((esp + 1) >>> 0);
    if (flags !== 0) this.open.push({ place: esp >>> 0, flags: flags | this.readByOpen });
    return flags;
  }

  /** Those that are read after calls that are open. */
  afterAny(esp: number): number {
    this.returned(esp >>> 0);
    return this.readByOpen;
  }

  private get readByOpen(): number {
    return this.open.at(-1)?.flags ?? 0;
  }

  /** Return addresses below `low` have been taken from the stack. */
  private returned(low: number): void {
    while ((this.open.at(-1)?.place ?? low) < low) this.open.pop();
  }
}
