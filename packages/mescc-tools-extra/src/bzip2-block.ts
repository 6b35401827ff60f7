// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * A bzip2 block on its way back through the Burrows–Wheeler transform: the bytes as they were sent → the text.
 *
 * Sorting the bytes, those of one value in their order, tells for each which one follows in the text. Following them
 * waits for memory at every step, so it begins at several places and goes on until each has come to another's start;
 * the parts are then put together. Invariant: an entry is in one part only, so that all steps together are at most as
 * many as there are bytes.
 */

/** Into how many parts a block's text is cut, and how many of them are walked at once. */
const PARTS = 16;
const LANES = 4;
/** In an entry: a part of the text begins here. */
const START = 0x80000000 | 0;

export class Block {
  /** Lower 8 bits: a byte. The 20 bits above: where the one that follows it is. One more, which follows itself. */
  readonly entries: Int32Array;
  /** How often each byte occurs. */
  readonly counts: Int32Array = new Int32Array(256);
  private readonly size: number;
  /** Part n begins at n times the size of a block; behind the last is what a lane without a part writes. */
  private readonly parts: Uint8Array;
  private readonly starts = new Int32Array(PARTS);
  private readonly lengths = new Int32Array(PARTS);
  /** The starts of the parts that follow. */
  private readonly ends = new Int32Array(PARTS);

  /** @param size the most bytes that a block may have, at most 2^20 - 1. */
  constructor(size: number) {
    this.size = size;
    this.entries = new Int32Array(size + 1);
    this.entries[size] = size << 8;
    this.parts = new Uint8Array((PARTS + 1) * size);
  }

  /** The text of the block of `length` entries, whose last byte is at `origin`. */
  text(length: number, origin: number): Uint8Array {
    this.link(length);
    this.walk(length, (this.entries[origin] as number) >>> 8);
    const { parts, size, starts, ends, lengths } = this;
    const text = new Uint8Array(length);
    // A text that repeats itself is a shorter circle.
    for (let at = 0, part = 0; at < length; ) {
      const start = part * size;
      const end = start + Math.min(lengths[part] as number, length - at);
      text.set(parts.subarray(start, end), at);
      at += end - start;
      part = starts.indexOf(ends[part] as number);
    }
    return text;
  }

  /** Fill the upper bits of the entries. */
  private link(length: number): void {
    const { entries } = this;
    const starts = new Int32Array(256);
    for (let byte = 0, sum = 0; byte < 256; byte++) {
      const count = this.counts[byte] as number;
      starts[byte] = sum;
      sum += count;
    }
    for (let i = 0; i < length; i++) {
      const place = (starts[(entries[i] as number) & 0xff] as number)++;
      entries[place] = (entries[place] as number) | (i << 8);
    }
  }

  /** Mark the starts, of which the first is the entry `first`, and walk the parts. */
  private walk(length: number, first: number): void {
    const { entries, size, starts, lengths, ends } = this;
    const pending: number[] = [];
    for (let part = 0; part < PARTS; part++) {
      const start = part === 0 ? first : Math.floor((part * length) / PARTS);
      const entry = entries[start] as number;
      starts[part] = start;
      if (entry < 0) continue; // it is another's start
      entries[start] = entry | START;
      pending.push(part);
    }
    const lanes = Array.from({ length: LANES }, () => ({ part: PARTS, place: size, to: 0 }));
    for (let busy = pending.length; busy > 0; ) {
      for (const lane of lanes) if (lane.part === PARTS) this.begin(lane, pending.pop());
      this.walkLanes(lanes[0] as Lane, lanes[1] as Lane, lanes[2] as Lane, lanes[3] as Lane);
      for (const lane of lanes) {
        const { part, place, to } = lane;
        if (part === PARTS || (entries[place] as number) >= 0) continue;
        lengths[part] = to - part * size;
        ends[part] = place;
        lane.part = PARTS;
        busy--;
      }
    }
  }

  /** Put the lane at the start of the part; without one, where it walks on the spot. */
  private begin(lane: Lane, part = PARTS): void {
    const { entries, parts, size, starts } = this;
    lane.part = part;
    lane.to = part * size;
    lane.place = size;
    if (part === PARTS) return;
    const entry = entries[starts[part] as number] as number;
    parts[lane.to++] = entry;
    lane.place = (entry & ~START) >>> 8;
  }

  /** All lanes together, until one has come to a start. */
  private walkLanes(a: Lane, b: Lane, c: Lane, d: Lane): void {
    const { entries, parts } = this;
    let placeA = a.place;
    let placeB = b.place;
    let placeC = c.place;
    let placeD = d.place;
    const toA = a.to;
    const toB = b.to;
    const toC = c.to;
    const toD = d.to;
    let step = 0;
    for (; ; step++) {
      const entryA = entries[placeA] as number;
      const entryB = entries[placeB] as number;
      const entryC = entries[placeC] as number;
      const entryD = entries[placeD] as number;
      if ((entryA | entryB | entryC | entryD) < 0) break;
      parts[toA + step] = entryA;
      parts[toB + step] = entryB;
      parts[toC + step] = entryC;
      parts[toD + step] = entryD;
      placeA = entryA >>> 8;
      placeB = entryB >>> 8;
      placeC = entryC >>> 8;
      placeD = entryD >>> 8;
    }
    a.place = placeA;
    b.place = placeB;
    c.place = placeC;
    d.place = placeD;
    a.to = toA + step;
    b.to = toB + step;
    c.to = toC + step;
    d.to = toD + step;
  }
}

/** What walks through a part: which, the entry that comes next, and where its byte goes. */
interface Lane {
  part: number;
  place: number;
  to: number;
}
