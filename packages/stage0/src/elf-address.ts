// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * Where the bytes of a program lie in memory: ELF image → distance between addresses and offsets.
 */

const PT_LOAD = 1;

/**
 * The difference between an address and its offset in the file, for the first loaded segment;
 * undefined if this is not a little-endian ELF image.
 */
export function loadBias(image: Uint8Array): number | undefined {
  const isElf = [0x7f, 0x45, 0x4c, 0x46].every((byte, at) => image[at] === byte);
  if (!isElf || image.length < 64 || image[5] !== 1) return undefined;
  const view = new DataView(image.buffer, image.byteOffset, image.length);
  const wide = image[4] === 2;
  const word = (at: number) =>
    wide ? Number(view.getBigUint64(at, true)) : view.getUint32(at, true);
  const table = word(wide ? 32 : 28);
  const size = view.getUint16(wide ? 54 : 42, true);
  const count = view.getUint16(wide ? 56 : 44, true);
  for (
    let at = table;
    at < table + size * count && at + (wide ? 56 : 32) <= image.length;
    at += size
  ) {
    if (view.getUint32(at, true) !== PT_LOAD) continue;
    return word(at + (wide ? 16 : 8)) - word(at + (wide ? 8 : 4));
  }
  return undefined;
}
