// SPDX-License-Identifier: GPL-3.0-or-later
/** Byte strings, of which each character is one byte, to and from the host's text. */
import { ByteWriter, decodeUtf8, encodeUtf8 } from '@stage0-ts/bytes';

/** Text → byte string. */
export function fromText(text: string): string {
  return Array.from(encodeUtf8(text), (byte) => String.fromCharCode(byte)).join('');
}

/** Byte string → text. */
export function toText(bytes: string): string {
  const out = new ByteWriter(bytes.length);
  out.writeLatin1(bytes);
  return decodeUtf8(out.view());
}
