// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * Reads and writes whole contents through descriptors, also of pipes that are not ready yet and
 * devices that never end.
 */
import fs from 'node:fs';
import { ByteWriter } from '@stage0-ts/bytes';
import { hostError } from '../errors.ts';

/** How many bytes one call writes; the system accepts no more than 2 GiB. */
const MAX_WRITE = 2 ** 30;
/** How many bytes are read from an endless device before it counts as too large. */
const MAX_FROM_STREAM = 2 ** 30;

/**
 * Everything from a pipe or device, which may be empty for the moment or endless. Throws EFBIG for
 * `path`.
 */
export function readStream(descriptor: number, path: string): Uint8Array {
  const all = new ByteWriter(1 << 16);
  const piece = new Uint8Array(1 << 16);
  for (;;) {
    const count = patiently(() => fs.readSync(descriptor, piece));
    if (count === 0) return all.toBytes();
    if (all.length + count > MAX_FROM_STREAM) throw hostError('EFBIG', path);
    all.write(piece, 0, count);
  }
}

/** Write everything, even to a pipe that is full for the moment. Throws the system's error. */
export function writeAll(descriptor: number, bytes: Uint8Array): void {
  for (let done = 0; done < bytes.length; ) {
    const count = Math.min(bytes.length - done, MAX_WRITE);
    done += patiently(() => fs.writeSync(descriptor, bytes, done, count));
  }
}

/** Try again every millisecond until the other end is ready. */
function patiently(action: () => number): number {
  for (;;) {
    try {
      return action();
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1);
    }
  }
}
