// SPDX-License-Identifier: GPL-3.0-or-later
import fs from 'node:fs';

/** One call takes no more than 2 GiB. */
const MOST_AT_ONCE = 2 ** 30;

/** Write everything, also to a pipe that is full for the moment. Throws the system's error. */
export function writeAll(descriptor: number, bytes: Uint8Array): void {
  for (let done = 0; done < bytes.length; ) {
    try {
      done += fs.writeSync(descriptor, bytes, done, Math.min(bytes.length - done, MOST_AT_ONCE));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1); // sleep 1 ms
    }
  }
}
