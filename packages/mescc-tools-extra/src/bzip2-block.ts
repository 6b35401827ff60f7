// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * The inverse Burrows–Wheeler transform of a bzip2 block: the bytes as they were sent → the text.
 *
 * Sort the bytes, equal ones in the order in which they were sent. Link each place in the sorted
 * order to the index at which its byte was sent. Then the text is read by following these links
 * from `origin`: each step gives the byte that was sent at the index to which the link points.
 * Invariant: the links are a permutation of the indices, so that the walk stays inside the block,
 * whatever was sent.
 */

/** Initial capacity in entries; it grows when needed. */
const INITIAL_ENTRIES = 1 << 12;

export class Block {
  /**
   * Bits 0–7: the byte that the archive has at this index. Bits 8–31, after {@link link}: the place
   * that this one is linked to.
   */
  entries: Int32Array = new Int32Array(INITIAL_ENTRIES);
  /** How many times each byte occurs. */
  readonly counts: Int32Array = new Int32Array(256);

  /** Make room for `length` entries. Returns the entries, which may now be another array. */
  reserve(length: number): Int32Array {
    if (length > this.entries.length) {
      const grown = new Int32Array(Math.max(length, 2 * this.entries.length));
      grown.set(this.entries);
      this.entries = grown;
    }
    return this.entries;
  }

  /** The text of a block of `length` entries. The walk begins at the place `origin`. */
  text(length: number, origin: number): Uint8Array {
    this.link(length);
    const { entries } = this;
    const text = new Uint8Array(length);
    let place = origin;
    for (let at = 0; at < length; at++) {
      place = (entries[place] as number) >>> 8;
      text[at] = entries[place] as number;
    }
    return text;
  }

  /** Fill the upper bits of the entries. */
  private link(length: number): void {
    const { entries, counts } = this;
    /** For each value, where its next byte goes in the sorted order. */
    const places = new Int32Array(256);
    for (let byte = 0, sum = 0; byte < 256; byte++) {
      places[byte] = sum;
      sum += counts[byte] as number;
    }
    for (let i = 0; i < length; i++) {
      const place = (places[(entries[i] as number) & 0xff] as number)++;
      entries[place] = (entries[place] as number) | (i << 8);
    }
  }
}
