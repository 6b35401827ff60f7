// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * What `--strict` rejects in hex2 source, though upstream accepts it: anything that is neither a
 * byte, a label, a reference, white space nor a comment; an incomplete byte; a label or reference
 * within a byte; a label that is defined twice; a base that has no effect; and in hex2-0 a value
 * that is truncated.
 */
import { errorAt, type Source, type ToolError } from '@stage0-ts/diagnostics';
import type { LinkSymbol } from './result.ts';

/** Tab, line feed, carriage return, blank. */
const WHITE_SPACE: ReadonlySet<number> = new Set([0x09, 0x0a, 0x0d, 0x20]);

/** The byte at `at`, which upstream skips, must be white space. */
export function requireWhiteSpace(source: Source, at: number): void {
  if (WHITE_SPACE.has(source.bytes[at] as number)) return;
  const message = 'neither a digit, a label, a reference, white space nor a comment';
  throw errorAt(source, at, 'stray-character', message);
}

/** The error for a label or reference at `at`, within a byte. */
export function splitByte(source: Source, at: number): ToolError {
  return errorAt(source, at, 'split-byte', 'a label or reference within a byte');
}

/**
 * No digits may be left over at the end of a source; `first` is the offset of the first of them.
 */
export function requireWholeBytes(source: Source, first: number, waiting: boolean): void {
  if (waiting) throw errorAt(source, first, 'odd-digits', 'an incomplete byte');
}

/** Each name may be defined once. */
export function requireUnique(symbols: readonly LinkSymbol[], sources: readonly Source[]): void {
  const names = new Set<string>();
  for (const { name, file, offset } of symbols) {
    if (names.has(name)) {
      const source = sources.find((one) => one.name === file) as Source;
      throw errorAt(source, offset, 'duplicate-label', `label '${name}' is defined before`);
    }
    names.add(name);
  }
}
