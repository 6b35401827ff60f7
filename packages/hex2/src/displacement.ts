// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * The value of a reference: target, base and architecture → value, and value → bytes.
 *
 * All values are signed 32-bit numbers that wrap. Behaviour defined by Architectural_displacement,
 * range_check and outputPointer in mescc-tools/hex2_linker.c of stage0-posix 1.9.1.
 */
import type { Architecture } from './options.ts';

/**
 * Displacement from `base`, the address after the reference, to `target`. With `aligned`, a `^`
 * requests the form for a branch instruction, which matters only on ARM, AArch64 and PowerPC.
 */
export function displacement(
  architecture: Architecture,
  target: number,
  base: number,
  aligned: boolean,
): number {
  switch (architecture) {
    case 'armv7l':
      // A branch counts words from the instruction after the next one.
      if (aligned) return ((target - base + (base & 3)) >> 2) - 2;
      return (target - base - 8 + (base & 3)) | 0;
    case 'aarch64':
      if (aligned) return (target - (base & ~3)) >> 2;
      return (target - base - 8 + (base & 3)) | 0;
    case 'ppc64le':
      return (target - (base & ~3)) | (aligned ? 1 : 0); // the low bit requests the link register
    default:
      return (target - base) | 0;
  }
}

/**
 * The range of values that fit into a reference of `size` bytes. All values fit into four bytes.
 */
export function range(size: number, absolute: boolean): readonly [number, number] {
  if (size === 4) return [-0x80000000, 0x7fffffff];
  const count = 2 ** (8 * size);
  return absolute ? [0, count - 1] : [-count / 2, count / 2 - 1];
}

/** Put the low `size` bytes of `value` at image[at]. */
export function putBytes(
  image: Uint8Array,
  at: number,
  value: number,
  size: number,
  bigEndian: boolean,
): void {
  for (let i = 0; i < size; i++) {
    image[at + (bigEndian ? size - 1 - i : i)] = value >> (8 * i);
  }
}
