// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * catm: files → one file, in the order given.
 *
 * Behaviour defined by x86/catm_x86.hex2 and mescc-tools-extra/catm.c of stage0-posix 1.9.1, which agree
 * wherever all files can be opened.
 */

/** The parts one after the other. */
export function concatenate(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(parts.reduce((total, part) => total + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
