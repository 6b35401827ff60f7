// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * Byte strings: text in which each character is one byte, U+0000 to U+00FF. Tools that handle bytes
 * as text use this form; {@link hostToLatin1} and {@link latin1ToHost} convert the host's names.
 */
import { decodeUtf8, encodeUtf8 } from './utf8.ts';

/** How many characters each call of fromCharCode gets: engines limit the number of arguments. */
const CHUNK = 8192;

/** Bytes → byte string. */
export function decodeLatin1(bytes: Uint8Array, start = 0, end: number = bytes.length): string {
  if (end - start <= CHUNK) return chunk(bytes, start, end);
  const parts: string[] = [];
  for (let at = start; at < end; at += CHUNK)
    parts.push(chunk(bytes, at, Math.min(at + CHUNK, end)));
  return parts.join('');
}

/** Byte string → bytes. Of a character above U+00FF, the low eight bits are used. */
export function encodeLatin1(text: string): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(text.length);
  for (let at = 0; at < text.length; at++) bytes[at] = text.charCodeAt(at);
  return bytes;
}

/** A name or argument from the host → byte string. */
export function hostToLatin1(text: string): string {
  return decodeLatin1(encodeUtf8(text));
}

/** Byte string → a name or argument for the host. */
export function latin1ToHost(text: string): string {
  return decodeUtf8(encodeLatin1(text));
}

function chunk(bytes: Uint8Array, start: number, end: number): string {
  // apply() accepts typed arrays, and is much faster than spread syntax.
  return String.fromCharCode.apply(null, bytes.subarray(start, end) as unknown as number[]);
}
