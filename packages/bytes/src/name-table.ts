// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * Names as small integers: a run of bytes in some source → the same number for the same bytes.
 *
 * Assemblers and compilers look up the same few thousand names hundreds of thousands of times. A
 * Map would need a string for every token; this table compares bytes in place. Invariant: the names
 * lie one after another in `pool`, name n at [starts[n], starts[n + 1]), and each is in `slots`
 * once.
 */
import { decodeLatin1 } from './latin1.ts';
import { decodeUtf8 } from './utf8.ts';

export class NameTable {
  /** How many names there are. They are numbered from 0, in the order of their first occurrence. */
  size = 0;
  private pool = new Uint8Array(1024);
  private starts = new Int32Array(65);
  private hashes = new Int32Array(64);
  /**
   * A hash table with open addressing and linear probing, at most half full. A slot is a name's
   * number + 1, or 0.
   */
  private slots = new Int32Array(128);

  /**
   * The number of the name at bytes[start, end). If the table does not have the name, it gets a new
   * number.
   */
  intern(bytes: Uint8Array, start: number, end: number): number {
    const hash = hashOf(bytes, start, end);
    const slot = this.slotOf(bytes, start, end, hash);
    const known = this.slots[slot] as number;
    if (known !== 0) return known - 1;
    return this.add(bytes, start, end, hash, slot);
  }

  /** The number of the name at bytes[start, end), or -1. */
  find(bytes: Uint8Array, start: number, end: number): number {
    const slot = this.slotOf(bytes, start, end, hashOf(bytes, start, end));
    return (this.slots[slot] as number) - 1;
  }

  /** The bytes of name `number`, as a view that is valid until the next new name. */
  bytes(number: number): Uint8Array<ArrayBuffer> {
    return this.pool.subarray(this.starts[number], this.starts[number + 1]);
  }

  /** Name `number` as text, with one character for each byte. */
  text(number: number): string {
    return decodeLatin1(this.bytes(number));
  }

  /** Name `number` as a message quotes it: shortened, but not yet made printable. */
  shown(number: number): string {
    const characters = [...decodeUtf8(this.bytes(number))];
    return characters.length <= 64
      ? `'${characters.join('')}'`
      : `'${characters.slice(0, 64).join('')}…'`;
  }

  private slotOf(bytes: Uint8Array, start: number, end: number, hash: number): number {
    const mask = this.slots.length - 1;
    for (let slot = hash & mask; ; slot = (slot + 1) & mask) {
      const entry = this.slots[slot] as number;
      if (entry === 0) return slot;
      if (this.hashes[entry - 1] === hash && this.holds(entry - 1, bytes, start, end)) return slot;
    }
  }

  private holds(number: number, bytes: Uint8Array, start: number, end: number): boolean {
    const from = this.starts[number] as number;
    if ((this.starts[number + 1] as number) - from !== end - start) return false;
    for (let i = start; i < end; i++) if (this.pool[from + i - start] !== bytes[i]) return false;
    return true;
  }

  private add(bytes: Uint8Array, start: number, end: number, hash: number, slot: number): number {
    const number = this.size++;
    this.slots[slot] = number + 1;
    if (number === this.hashes.length) this.grow();
    this.hashes[number] = hash;
    this.starts[number + 1] = this.store(bytes, start, end);
    if (this.size * 2 > this.slots.length) this.rehash();
    return number;
  }

  /** Append to the pool. The result is the pool's new end. */
  private store(bytes: Uint8Array, start: number, end: number): number {
    const from = this.starts[this.size - 1] as number;
    const to = from + (end - start);
    if (to > this.pool.length) {
      const pool = new Uint8Array(Math.max(to, this.pool.length * 2));
      pool.set(this.pool);
      this.pool = pool;
    }
    for (let i = start; i < end; i++) this.pool[from + i - start] = bytes[i] as number;
    return to;
  }

  private grow(): void {
    const hashes = new Int32Array(this.hashes.length * 2);
    hashes.set(this.hashes);
    this.hashes = hashes;
    const starts = new Int32Array(hashes.length + 1);
    starts.set(this.starts);
    this.starts = starts;
  }

  private rehash(): void {
    const slots = new Int32Array(this.slots.length * 2);
    const mask = slots.length - 1;
    for (let number = 0; number < this.size; number++) {
      let slot = (this.hashes[number] as number) & mask;
      while (slots[slot] !== 0) slot = (slot + 1) & mask;
      slots[slot] = number + 1;
    }
    this.slots = slots;
  }
}

/** FNV-1a, and mixing at the end, because the low bits choose the slot. */
function hashOf(bytes: Uint8Array, start: number, end: number): number {
  let hash = 0x811c9dc5;
  for (let i = start; i < end; i++) hash = Math.imul(hash ^ (bytes[i] as number), 0x01000193);
  return hash ^ (hash >>> 15);
}
