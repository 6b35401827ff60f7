// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * replace: a file and two strings → the file with each occurrence of the first replaced by the
 * second.
 *
 * Occurrences are found from the left and do not overlap. Behaviour defined by
 * mescc-tools-extra/replace.c of stage0-posix 1.9.1.
 */
import { ByteWriter, type ProvenanceMap } from '@stage0-ts/bytes';
import { requireBytes, ToolError } from '@stage0-ts/diagnostics';

export interface ReplaceOptions {
  /** The bytes to look for: at least one, and fewer than the input has. */
  readonly pattern: Uint8Array;
  /** The bytes that replace the pattern. */
  readonly replacement: Uint8Array;
  /** Name of the input in messages. */
  readonly name?: string;
  /**
   * Receives, for each byte, its place in the input; for a replacement, the place of what it
   * replaces. Default: no map is made.
   */
  readonly provenance?: ProvenanceMap | undefined;
}

/**
 * The input with every occurrence of the pattern replaced. Quirk kept: NUL bytes are dropped, but
 * text does not match across them.
 *
 * Throws a ToolError for an empty pattern and for an input that is not longer than the pattern.
 */
export function replaceBytes(input: Uint8Array, options: ReplaceOptions): Uint8Array<ArrayBuffer> {
  requireBytes(input);
  const { pattern, replacement, name, provenance } = options;
  if (pattern.length === 0) throw new ToolError('the pattern is empty', { code: 'usage' });
  if (input.length <= pattern.length) {
    throw new ToolError('the input is not longer than the pattern', {
      code: 'input-too-short',
      ...(name !== undefined && { file: name }),
    });
  }
  provenance?.addSource(name ?? 'input');
  const out = new ByteWriter(input.length);
  const borders = borderTable(pattern);
  let done = 0;
  let matched = 0;
  // The algorithm of Knuth, Morris and Pratt, which looks at each byte of the input once.
  for (let at = 0; at < input.length; at++) {
    while (matched > 0 && input[at] !== pattern[matched]) matched = borders[matched] as number;
    if (input[at] === pattern[matched]) matched++;
    if (matched < pattern.length) continue;
    const start = at + 1 - pattern.length;
    writeWithoutNuls(out, provenance, input, done, start);
    provenance?.add(out.length, 0, start, at + 1);
    out.write(replacement);
    done = at + 1;
    matched = 0;
  }
  writeWithoutNuls(out, provenance, input, done, input.length);
  provenance?.finish(out.length);
  return out.toBytes();
}

/**
 * For each length of a prefix of the pattern: the length of the prefix's longest proper suffix that
 * is also a prefix of the pattern.
 */
function borderTable(pattern: Uint8Array): Int32Array {
  const borders = new Int32Array(pattern.length + 1);
  let border = 0;
  for (let length = 2; length <= pattern.length; length++) {
    const byte = pattern[length - 1];
    while (border > 0 && byte !== pattern[border]) border = borders[border] as number;
    if (byte === pattern[border]) border++;
    borders[length] = border;
  }
  return borders;
}

function writeWithoutNuls(
  out: ByteWriter,
  provenance: ProvenanceMap | undefined,
  bytes: Uint8Array,
  start: number,
  end: number,
): void {
  for (let at = start; at < end; ) {
    let stop = at;
    while (stop < end && bytes[stop] !== 0) stop++;
    provenance?.addCopy(out.length, 0, at);
    out.write(bytes, at, stop);
    at = stop + 1;
  }
}
