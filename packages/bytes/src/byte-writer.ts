// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * A growable byte buffer: bytes appended one by one or in runs → one Uint8Array.
 *
 * Every tool builds its output here. The capacity doubles when it is used up, so that n bytes cost
 * O(n), whatever the size of the pieces. Invariant: buffer[0, length) holds what was written. Past
 * the limit a RangeError is thrown, which programs report as a fault of their input.
 */

/** The most bytes that it can hold: as many as a 32-bit program can write to a file. */
const MAX_CAPACITY = 2 ** 31 - 1;

export class ByteWriter {
  /** Bytes written so far. */
  length = 0;
  private buffer: Uint8Array<ArrayBuffer>;

  /** @param capacity initial capacity in bytes. It is only a hint. */
  constructor(capacity = 4096) {
    this.buffer = new Uint8Array(Math.max(capacity, 16));
  }

  /** Append the low eight bits of `byte`. */
  writeByte(byte: number): void {
    if (this.length === this.buffer.length) this.reserve(1);
    this.buffer[this.length++] = byte;
  }

  /** Append `bytes`, or the part of them from `start` up to but not including `end`. */
  write(bytes: Uint8Array, start = 0, end: number = bytes.length): void {
    this.reserve(end - start);
    // For a few bytes, a loop is several times faster than set() with a subarray.
    if (end - start > 32) {
      this.buffer.set(bytes.subarray(start, end), this.length);
      this.length += end - start;
    } else {
      for (let i = start; i < end; i++) this.buffer[this.length++] = bytes[i] as number;
    }
  }

  /** Append text whose characters are all below U+0100, one byte for each. */
  writeLatin1(text: string): void {
    this.reserve(text.length);
    for (let i = 0; i < text.length; i++) this.buffer[this.length++] = text.charCodeAt(i);
  }

  /** Append `count` bytes of the same value. */
  fill(byte: number, count: number): void {
    this.reserve(count);
    this.buffer.fill(byte, this.length, this.length + count);
    this.length += count;
  }

  /**
   * The bytes written from `start` up to but not including `end`, as a view that is valid until the
   * next write.
   */
  view(start = 0, end: number = this.length): Uint8Array<ArrayBuffer> {
    return this.buffer.subarray(start, end);
  }

  /** A copy of everything that was written. */
  toBytes(): Uint8Array<ArrayBuffer> {
    return this.buffer.slice(0, this.length);
  }

  private reserve(count: number): void {
    const needed = this.length + count;
    if (needed <= this.buffer.length) return;
    if (needed > MAX_CAPACITY) throw new RangeError('the output is too large');
    const capacity = Math.max(needed, Math.min(this.buffer.length * 2, MAX_CAPACITY));
    const grown = new Uint8Array(capacity);
    grown.set(this.buffer.subarray(0, this.length));
    this.buffer = grown;
  }
}
