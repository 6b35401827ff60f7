// SPDX-License-Identifier: GPL-3.0-or-later
/** A place in a source, counted from 1; columns count bytes, as compilers do with byte columns. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

/**
 * Line and column of the byte at `offset` (counted from 0). Only LF ends a line. The time is
 * O(offset), so call this only for errors.
 */
export function locate(bytes: Uint8Array, offset: number): Position {
  let line = 1;
  let lineStart = 0;
  const limit = Math.min(offset, bytes.length);
  for (let i = 0; i < limit; i++) {
    if (bytes[i] === 0x0a) {
      line++;
      lineStart = i + 1;
    }
  }
  return { line, column: limit - lineStart + 1 };
}
