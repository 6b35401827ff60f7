// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * Classes of bytes, and numbers as upstream's library prints them. It also re-exports the text
 * functions of bytes.
 *
 * All numbers are 32-bit integers that wrap. Behaviour defined by bootstrappable.c of M2libc, as it
 * comes with stage0-posix 1.9.1.
 */

export {
  decodeLatin1 as latin1,
  encodeLatin1 as latin1Bytes,
  hostToLatin1 as nameToLatin1,
  latin1ToHost as latin1ToName,
  strtoint as parseInteger,
} from '@stage0-ts/bytes';

/** True for letters, digits and the underscore, which names and numbers consist of. */
export function isWordByte(byte: number): boolean {
  return isNameStart(byte) || isDigit(byte);
}

/** True for a letter or an underscore. */
export function isNameStart(byte: number): boolean {
  return (byte >= 0x61 && byte <= 0x7a) || (byte >= 0x41 && byte <= 0x5a) || byte === 0x5f;
}

/** True for a decimal digit. */
export function isDigit(byte: number): boolean {
  return byte >= 0x30 && byte <= 0x39;
}

/** The value of a hexadecimal digit, or -1. */
export function hexDigit(code: number): number {
  if (code >= 0x30 && code <= 0x39) return code - 0x30;
  if (code >= 0x61 && code <= 0x66) return code - 0x57;
  if (code >= 0x41 && code <= 0x46) return code - 0x37;
  return -1;
}

/** Unsigned decimal, as most numbers in the output are. */
export function unsigned(value: number): string {
  return String(value >>> 0);
}
