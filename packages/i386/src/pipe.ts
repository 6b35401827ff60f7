// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * A pipe: bytes that were written and not read yet.
 *
 * Processes run one after the other, so a writer never waits: the pipe takes all, up to a limit. A
 * reader of an empty pipe is at the end if nobody can write any more. If somebody could, it would
 * have to wait for a process that waits for it, which this machine cannot do, and says.
 */
import { errno } from './errno.ts';
import { MachineError } from './errors.ts';

export class Pipe {
  private bytes: Uint8Array = new Uint8Array(4096);
  private start = 0;
  private end = 0;
  /** Descriptors of either kind, in all processes. */
  private readers = 1;
  private writers = 1;

  /** One more descriptor. */
  open(writes: boolean): void {
    if (writes) this.writers++;
    else this.readers++;
  }

  /** One descriptor less. */
  close(writes: boolean): void {
    if (writes) this.writers--;
    else this.readers--;
  }

  /** How much can be read now. Throws EAGAIN and MachineError where a reader would wait. */
  readable(mustNotWait: boolean): number {
    const count = this.end - this.start;
    if (count > 0 || this.writers === 0) return count;
    if (mustNotWait) throw errno('EAGAIN');
    throw new MachineError(
      'blocked',
      'waits for a pipe that a process would fill which waits for this one',
    );
  }

  read(to: Uint8Array): number {
    const count = Math.min(to.length, this.end - this.start);
    to.set(this.bytes.subarray(this.start, this.start + count));
    this.start += count;
    if (this.start === this.end) [this.start, this.end] = [0, 0];
    return count;
  }

  /** Takes all. Throws EPIPE when nobody can read it, and MachineError beyond `limit` bytes. */
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
