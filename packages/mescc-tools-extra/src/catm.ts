// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * catm: files → one file, in the order given.
 *
 * Behaviour defined by x86/catm_x86.hex2 and mescc-tools-extra/catm.c of stage0-posix 1.9.1, which
 * agree wherever all files can be opened.
 */
import type { ProvenanceMap } from '@stage0-ts/bytes';
import { requireBytes } from '@stage0-ts/diagnostics';

/**
 * The parts, joined. A `provenance` map whose sources are these parts records where each part is.
 */
export function concatenate(
  parts: readonly Uint8Array[],
  provenance?: ProvenanceMap,
): Uint8Array<ArrayBuffer> {
  parts.forEach((part, index) => {
    requireBytes(part, `part ${index}`);
  });
  const whole = new Uint8Array(parts.reduce((total, part) => total + part.length, 0));
  let at = 0;
  for (const [number, part] of parts.entries()) {
    provenance?.addCopy(at, number, 0);
    whole.set(part, at);
    at += part.length;
  }
  provenance?.finish(whole.length);
  return whole;
}
