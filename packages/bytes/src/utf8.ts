// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * UTF-8 text that survives a round trip: bytes → string → the same bytes, for any bytes.
 *
 * Unix names and arguments are bytes; JavaScript's are UTF-16 strings. A byte that is not part of
 * well-formed UTF-8 becomes the lone surrogate U+DC00 + byte (Python's "surrogateescape", PEP 383),
 * and becomes that byte again on the way back. Written by hand because a core must not use platform
 * APIs such as TextDecoder, and because TextDecoder cannot round-trip.
 */
import { ByteWriter } from './byte-writer.ts';

const ESCAPE_BASE = 0xdc00;

/** Bytes → string. Never fails; the comment at the top of the file describes ill-formed bytes. */
export function decodeUtf8(bytes: Uint8Array, start = 0, end: number = bytes.length): string {
  let text = '';
  let run: number[] = [];
  for (let i = start; i < end; ) {
    const size = sequenceLength(bytes, i, end);
    run.push(size === 0 ? ESCAPE_BASE + (bytes[i] as number) : codePointAt(bytes, i, size));
    i += Math.max(size, 1);
    if (run.length === 4096) {
      text += String.fromCodePoint(...run);
      run = [];
    }
  }
  return text + String.fromCodePoint(...run);
}

/** String → bytes: the inverse of {@link decodeUtf8}. Other lone surrogates become U+FFFD. */
export function encodeUtf8(text: string): Uint8Array<ArrayBuffer> {
  const out = new ByteWriter(text.length + 16);
  for (let i = 0; i < text.length; i++) {
    let code = text.codePointAt(i) as number;
    if (code > 0xffff) i++;
    if (code >= ESCAPE_BASE + 0x80 && code <= ESCAPE_BASE + 0xff) {
      out.writeByte(code - ESCAPE_BASE);
      continue;
    }
    if (code >= 0xd800 && code <= 0xdfff) code = 0xfffd;
    if (code < 0x80) out.writeByte(code);
    else if (code < 0x800) {
      out.writeByte(0xc0 | (code >> 6));
      out.writeByte(0x80 | (code & 0x3f));
    } else if (code < 0x10000) {
      out.writeByte(0xe0 | (code >> 12));
      out.writeByte(0x80 | ((code >> 6) & 0x3f));
      out.writeByte(0x80 | (code & 0x3f));
    } else {
      out.writeByte(0xf0 | (code >> 18));
      out.writeByte(0x80 | ((code >> 12) & 0x3f));
      out.writeByte(0x80 | ((code >> 6) & 0x3f));
      out.writeByte(0x80 | (code & 0x3f));
    }
  }
  return out.toBytes();
}

/**
 * Length in bytes of the well-formed UTF-8 sequence at `at` (Unicode table 3-7), or 0 if there is
 * none.
 */
function sequenceLength(bytes: Uint8Array, at: number, end: number): number {
  const lead = bytes[at] as number;
  if (lead < 0x80) return 1;
  const size = lead < 0xc2 ? 0 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : lead < 0xf5 ? 4 : 0;
  if (size === 0 || at + size > end) return 0;
  for (let i = 1; i < size; i++) if (((bytes[at + i] as number) & 0xc0) !== 0x80) return 0;
  const second = bytes[at + 1] as number;
  if (lead === 0xe0 && second < 0xa0) return 0; // overlong
  if (lead === 0xed && second > 0x9f) return 0; // surrogates
  if (lead === 0xf0 && second < 0x90) return 0; // overlong
  if (lead === 0xf4 && second > 0x8f) return 0; // above U+10FFFF
  return size;
}

function codePointAt(bytes: Uint8Array, at: number, size: number): number {
  const lead = bytes[at] as number;
  if (size === 1) return lead;
  let code = lead & (0x7f >> size);
  for (let i = 1; i < size; i++) code = (code << 6) | ((bytes[at + i] as number) & 0x3f);
  return code;
}
