// SPDX-License-Identifier: GPL-3.0-or-later
/** What every ELF file begins with. */
const ELF_MAGIC = [0x7f, 0x45, 0x4c, 0x46];

/** True for a file with the ELF magic number. */
export function isElf(bytes: Uint8Array): boolean {
  return ELF_MAGIC.every((byte, at) => bytes[at] === byte);
}
