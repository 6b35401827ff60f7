// SPDX-License-Identifier: GPL-3.0-or-later
/** Places in a text: tools count bytes of UTF-8, editors count UTF-16 units. */

/** UTF-16 index of the character that contains the byte at `offset`. */
export function indexOfByte(text: string, offset: number): number {
  let bytes = 0;
  for (let index = 0; index < text.length; ) {
    const point = text.codePointAt(index) as number;
    bytes += sizeOf(point);
    if (bytes > offset) return index;
    index += point > 0xffff ? 2 : 1;
  }
  return text.length;
}

/** Byte offset of the character at `index`. */
export function byteOfIndex(text: string, index: number): number {
  let bytes = 0;
  for (let at = 0; at < index && at < text.length; ) {
    const point = text.codePointAt(at) as number;
    bytes += sizeOf(point);
    at += point > 0xffff ? 2 : 1;
  }
  return bytes;
}

/** Index of the last of `count` rising values that is at most `value`, or -1: a binary search. */
export function lastUpTo(value: number, count: number, valueAt: (index: number) => number): number {
  let [low, high] = [0, count];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (valueAt(middle) <= value) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

/** How many bytes a code point has in UTF-8. */
function sizeOf(point: number): number {
  if (point < 0x80) return 1;
  if (point < 0x800) return 2;
  return point < 0x10000 ? 3 : 4;
}
