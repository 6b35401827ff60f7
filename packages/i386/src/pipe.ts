// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * A pipe: bytes that were written and have not been read yet.
 *
 * Processes run one after the other, so a writer never waits: the pipe accepts all bytes, up to a
 * limit. A reader of an empty pipe has reached the end if no process can write to it any more.
 * Otherwise it waits: see waiting.ts.
 */
import { errno } from './errno.ts';
import { MachineError } from './errors.ts';

export class Pipe {
  private bytes: Uint8Array = new Uint8Array(4096);
  private start = 0;
  private end = 0;
  /** How many descriptors can read and how many can write, in all processes together. */
  private readers = 1;
  private writers = 1;

  /** Count one more descriptor. */
  open(writes: boolean): void {
    if (writes) this.writers++;
    else this.readers++;
  }

  /** Count one descriptor less. */
  close(writes: boolean): void {
    if (writes) this.writers--;
    else this.readers--;
  }

  /** True if all that will ever be written has been written. */
  get isComplete(): boolean {
    return this.writers === 0;
  }

  /** How many bytes can be read now; undefined where a reader has to wait. */
  get readable(): number | undefined {
    const count = this.end - this.start;
    return count > 0 || this.isComplete ? count : undefined;
  }

  read(to: Uint8Array): number {
    const count = Math.min(to.length, this.end - this.start);
    to.set(this.bytes.subarray(this.start, this.start + count));
    this.start += count;
    if (this.start === this.end) [this.start, this.end] = [0, 0];
    return count;
  }

  /**
   * Writes all bytes. Throws EPIPE if nobody can read them, and MachineError if there would be more
   * than `limit`.
   */
  write(from: Uint8Array, limit: number): number {
    if (this.readers === 0) throw errno('EPIPE');
    const wanted = this.end - this.start + from.length;
    if (wanted > limit) {
      throw new MachineError(
        'file-limit',
        `a pipe would hold ${wanted} bytes, the limit is ${limit}`,
      );
    }
    if (this.end + from.length > this.bytes.length) {
      const grown = new Uint8Array(Math.max(wanted, Math.min(limit, this.bytes.length * 2)));
      grown.set(this.bytes.subarray(this.start, this.end));
      this.bytes = grown;
      [this.start, this.end] = [0, this.end - this.start];
    }
    this.bytes.set(from, this.end);
    this.end += from.length;
    return from.length;
  }
}
