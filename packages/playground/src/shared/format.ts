// SPDX-License-Identifier: GPL-3.0-or-later
/** Bytes and numbers as people read them. */

/**
 * In lower case, with at least `digits` digits. Negative numbers of 32 bits become unsigned, as the
 * kernel sees them.
 */
export function hex(value: number, digits: number): string {
  return (value >>> 0).toString(16).padStart(digits, '0');
}

/** One character for each byte; a dot for anything except printable ASCII. */
export function printable(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) =>
    byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : '·',
  ).join('');
}

/** `1 byte`, `1,000 bytes`. */
export function counted(count: number, what: string): string {
  return `${count.toLocaleString('en')} ${what}${count === 1 ? '' : 's'}`;
}
