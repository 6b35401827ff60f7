// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * Byte strings: text of which each character is one byte, U+0000 to U+00FF. kaem works on bytes, and
 * strings are handy; this is the border between them, file contents and the host's UTF-8 names.
 */
import { ByteWriter, decodeUtf8, encodeUtf8 } from '@stage0-ts/bytes';

/** Bytes → byte string. */
export function fromBytes(bytes: Uint8Array): string {
  let text = '';
  for (let at = 0; at < bytes.length; at += 4096) {
    text += String.fromCharCode(...bytes.subarray(at, at + 4096));
  }
  return text;
}

/** Byte string → bytes. */
export function toBytes(text: string): Uint8Array<ArrayBuffer> {
  const out = new ByteWriter(text.length);
  out.writeLatin1(text);
  return out.toBytes();
}

/** A name or argument of the host → byte string. */
export function fromHost(text: string): string {
  return fromBytes(encodeUtf8(text));
}

/** Byte string → a name or argument for the host. */
export function toHost(text: string): string {
  return decodeUtf8(toBytes(text));
}
