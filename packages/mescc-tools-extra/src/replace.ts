// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * replace: a file and two strings → the file with each occurrence of the one exchanged for the other.
 *
 * Occurrences are found from the left and do not overlap. Behaviour defined by
 * mescc-tools-extra/replace.c of stage0-posix 1.9.1.
 */
import { ByteWriter, type ProvenanceMap } from '@stage0-ts/bytes';
import { ToolError } from '@stage0-ts/diagnostics';

export interface ReplaceOptions {
  /** The bytes to look for, at least one and fewer than the input has. */
  readonly pattern: Uint8Array;
  /** What stands in their place. */
  readonly replacement: Uint8Array;
  /** Name of the input in messages. */
  readonly name?: string;
  /** Takes for each byte where it stands in the input, and for a replacement what it replaces. Default: none is made. */
  readonly map?: ProvenanceMap | undefined;
}

/**
 * The input with every occurrence of the pattern replaced. Quirk kept: NUL bytes are dropped, though
 * they keep what is left and right of them from matching.
 *
 * Throws a ToolError for an empty pattern and for an input that is not longer than the pattern.
 */
export function replaceBytes(input: Uint8Array, options: ReplaceOptions): Uint8Array<ArrayBuffer> {
  const { pattern, replacement, name, map } = options;
  if (pattern.length === 0) throw new ToolError('the pattern is empty', { code: 'usage' });
  if (input.length <= pattern.length) {
    throw new ToolError('the input is not longer than the pattern', {
      code: 'input-too-short',
      ...(name !== undefined && { file: name }),
    });
  }
  map?.addSource(name ?? 'input');
  const out = new ByteWriter(input.length);
  const skip = skipTable(pattern);
  const last = pattern.length - 1;
  let done = 0;
  // Horspool: the byte under the pattern's end tells how far the pattern may move.
  for (let end = last; end < input.length; ) {
    if (matchesAt(input, end - last, pattern)) {
      writeWithoutNuls(out, map, input, done, end - last);
      map?.add(out.length, 0, end - last, end + 1);
      out.write(replacement);
      done = end + 1;
      end += pattern.length;
    } else end += skip[input[end] as number] as number;
  }
  writeWithoutNuls(out, map, input, done, input.length);
  map?.finish(out.length);
  return out.toBytes();
}

function matchesAt(input: Uint8Array, at: number, pattern: Uint8Array): boolean {
  for (let i = 0; i < pattern.length; i++) if (input[at + i] !== pattern[i]) return false;
  return true;
}

function skipTable(pattern: Uint8Array): Int32Array {
  const skip = new Int32Array(256).fill(pattern.length);
  for (let i = 0; i < pattern.length - 1; i++) skip[pattern[i] as number] = pattern.length - 1 - i;
  return skip;
}

function writeWithoutNuls(
  out: ByteWriter,
  map: ProvenanceMap | undefined,
  bytes: Uint8Array,
  start: number,
  end: number,
): void {
  for (let at = start; at < end; ) {
    const nul = bytes.indexOf(0, at);
    const stop = nul < 0 || nul > end ? end : nul;
    map?.addCopy(out.length, 0, at);
    out.write(bytes, at, stop);
    at = stop + 1;
  }
}
