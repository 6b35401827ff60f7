// SPDX-License-Identifier: GPL-3.0-or-later
/** Cyclic redundancy checks: CRC-32 of gzip and xz, the same bits the other way round for bzip2, CRC-64 of xz. */

/** Four tables, for a byte with none to three behind it. */
const CRC32: Int32Array = reflectedTables(0xedb88320);
/** Words of a table of CRC-64. */
const WIDE = 512;
/** Four tables, for a byte with none to three behind it; two words an entry: low half, high half. */
const CRC64: Int32Array = wideTables(0xd7870f42, 0xc96c5795);

/** CRC-32 (ISO 3309) of bytes[start, end), as an unsigned number; four bytes a step, while there are four. */
export function crc32(bytes: Uint8Array, start = 0, end: number = bytes.length): number {
  const table = CRC32;
  let crc = -1;
  let i = start;
  for (; i + 4 <= end; i += 4) {
    const a = 768 + ((crc ^ (bytes[i] as number)) & 0xff);
    const b = 512 + (((crc >>> 8) ^ (bytes[i + 1] as number)) & 0xff);
    const c = 256 + (((crc >>> 16) ^ (bytes[i + 2] as number)) & 0xff);
    const d = (crc >>> 24) ^ (bytes[i + 3] as number);
    crc = (table[a] as number) ^ (table[b] as number) ^ (table[c] as number) ^ (table[d] as number);
  }
  for (; i < end; i++) {
    crc = (crc >>> 8) ^ (table[(crc ^ (bytes[i] as number)) & 0xff] as number);
  }
  return ~crc >>> 0;
}

/** CRC-64 (ECMA-182) of bytes[start, end), as its low and high 32 bits; four bytes a step, while there are four. */
export function crc64(
  bytes: Uint8Array,
  start = 0,
  end: number = bytes.length,
): { low: number; high: number } {
  const table = CRC64;
  let low = -1;
  let high = -1;
  let i = start;
  for (; i + 4 <= end; i += 4) {
    const a = 3 * WIDE + 2 * ((low ^ (bytes[i] as number)) & 0xff);
    const b = 2 * WIDE + 2 * (((low >>> 8) ^ (bytes[i + 1] as number)) & 0xff);
    const c = WIDE + 2 * (((low >>> 16) ^ (bytes[i + 2] as number)) & 0xff);
    const d = 2 * ((low >>> 24) ^ (bytes[i + 3] as number));
    low =
      high ^
      (table[a] as number) ^
      (table[b] as number) ^
      (table[c] as number) ^
      (table[d] as number);
    high =
      (table[a + 1] as number) ^
      (table[b + 1] as number) ^
      (table[c + 1] as number) ^
      (table[d + 1] as number);
  }
  for (; i < end; i++) {
    const entry = 2 * ((low ^ (bytes[i] as number)) & 0xff);
    low = ((low >>> 8) | (high << 24)) ^ (table[entry] as number);
    high = (high >>> 8) ^ (table[entry + 1] as number);
  }
  return { low: ~low >>> 0, high: ~high >>> 0 };
}

/** The table of the CRC-32 that bzip2 uses: the same polynomial, most significant bit first. */
export function bzip2Table(): Int32Array {
  const table = new Int32Array(256);
  for (let i = 0; i < 256; i++) {
    let crc = i << 24;
    for (let bit = 0; bit < 8; bit++) crc = crc < 0 ? (crc << 1) ^ 0x04c11db7 : crc << 1;
    table[i] = crc;
  }
  return table;
}

function reflectedTables(polynomial: number): Int32Array {
  const table = new Int32Array(4 * 256);
  for (let i = 0; i < 256; i++) {
    let crc = i;
    for (let bit = 0; bit < 8; bit++) crc = (crc & 1) === 1 ? (crc >>> 1) ^ polynomial : crc >>> 1;
    table[i] = crc;
  }
  // A zero behind a byte is one more step.
  for (let i = 256; i < table.length; i++) {
    const before = table[i - 256] as number;
    table[i] = (before >>> 8) ^ (table[before & 0xff] as number);
  }
  return table;
}

function wideTables(polynomialLow: number, polynomialHigh: number): Int32Array {
  const table = new Int32Array(4 * WIDE);
  for (let i = 0; i < 256; i++) {
    let low = i;
    let high = 0;
    for (let bit = 0; bit < 8; bit++) {
      const carry = low & 1;
      low = (low >>> 1) | (high << 31);
      high >>>= 1;
      if (carry === 1) {
        low ^= polynomialLow;
        high ^= polynomialHigh;
      }
    }
    table[2 * i] = low;
    table[2 * i + 1] = high;
  }
  for (let i = WIDE; i < table.length; i += 2) {
    const before = table[i - WIDE] as number;
    const high = table[i - WIDE + 1] as number;
    const entry = 2 * (before & 0xff);
    table[i] = ((before >>> 8) | (high << 24)) ^ (table[entry] as number);
    table[i + 1] = (high >>> 8) ^ (table[entry + 1] as number);
  }
  return table;
}
