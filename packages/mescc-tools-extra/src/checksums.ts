// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * Cyclic redundancy checks: CRC-32 of gzip and xz, the same with reversed bits for bzip2, CRC-64 of
 * xz.
 */

/** Four tables of 256 entries, for a byte with no to three bytes after it. */
const CRC32: Int32Array = reflectedTables(0xedb88320);
const BZIP2: Int32Array = bzip2Tables(0x04c11db7);
/** Eight tables for each half of the number, low and high. */
const [CRC64_LOW, CRC64_HIGH] = wideTables(0xd7870f42, 0xc96c5795);

/**
 * CRC-32 (ISO 3309) of bytes[start, end), as an unsigned number; four bytes in each step, as long
 * as there are four.
 */
export function crc32(bytes: Uint8Array, start = 0, end: number = bytes.length): number {
  const table = CRC32;
  const view = viewOf(bytes);
  let crc = -1;
  let i = start;
  for (; i + 4 <= end; i += 4) {
    crc ^= view.getInt32(i, true);
    crc =
      (table[768 + (crc & 0xff)] as number) ^
      (table[512 + ((crc >>> 8) & 0xff)] as number) ^
      (table[256 + ((crc >>> 16) & 0xff)] as number) ^
      (table[crc >>> 24] as number);
  }
  for (; i < end; i++) {
    crc = (crc >>> 8) ^ (table[(crc ^ (bytes[i] as number)) & 0xff] as number);
  }
  return ~crc >>> 0;
}

/**
 * CRC-64 (ECMA-182) of `bytes`, as its low and high 32 bits; eight bytes in each step, as long as
 * there are eight.
 */
export function crc64(bytes: Uint8Array): { low: number; high: number } {
  const lows = CRC64_LOW;
  const highs = CRC64_HIGH;
  const view = viewOf(bytes);
  let low = -1;
  let high = -1;
  let i = 0;
  for (; i + 8 <= bytes.length; i += 8) {
    low ^= view.getInt32(i, true);
    high ^= view.getInt32(i + 4, true);
    const next = fold(lows, low, high);
    high = fold(highs, low, high);
    low = next;
  }
  for (; i < bytes.length; i++) {
    const entry = (low ^ (bytes[i] as number)) & 0xff;
    low = ((low >>> 8) | (high << 24)) ^ (lows[entry] as number);
    high = (high >>> 8) ^ (highs[entry] as number);
  }
  return { low: ~low >>> 0, high: ~high >>> 0 };
}

/** The combined table value of eight bytes. */
function fold(table: Int32Array, low: number, high: number): number {
  return (
    (table[1792 + (low & 0xff)] as number) ^
    (table[1536 + ((low >>> 8) & 0xff)] as number) ^
    (table[1280 + ((low >>> 16) & 0xff)] as number) ^
    (table[1024 + (low >>> 24)] as number) ^
    (table[768 + (high & 0xff)] as number) ^
    (table[512 + ((high >>> 8) & 0xff)] as number) ^
    (table[256 + ((high >>> 16) & 0xff)] as number) ^
    (table[high >>> 24] as number)
  );
}

/**
 * The CRC-32 that bzip2 uses, of bytes[start, end), as a signed number: most significant bit first.
 */
export function crc32Bzip2(bytes: Uint8Array, start: number, end: number): number {
  const table = BZIP2;
  const view = viewOf(bytes);
  let crc = -1;
  let i = start;
  for (; i + 4 <= end; i += 4) {
    crc ^= view.getInt32(i);
    crc =
      (table[768 + (crc >>> 24)] as number) ^
      (table[512 + ((crc >>> 16) & 0xff)] as number) ^
      (table[256 + ((crc >>> 8) & 0xff)] as number) ^
      (table[crc & 0xff] as number);
  }
  for (; i < end; i++) {
    crc = (crc << 8) ^ (table[(crc >>> 24) ^ (bytes[i] as number)] as number);
  }
  return ~crc;
}

function bzip2Tables(polynomial: number): Int32Array {
  const table = new Int32Array(4 * 256);
  for (let i = 0; i < 256; i++) {
    let crc = i << 24;
    for (let bit = 0; bit < 8; bit++) crc = crc < 0 ? (crc << 1) ^ polynomial : crc << 1;
    table[i] = crc;
  }
  for (let i = 256; i < table.length; i++) {
    const before = table[i - 256] as number;
    table[i] = (before << 8) ^ (table[before >>> 24] as number);
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
  // Each zero after the byte is one more step.
  for (let i = 256; i < table.length; i++) {
    const before = table[i - 256] as number;
    table[i] = (before >>> 8) ^ (table[before & 0xff] as number);
  }
  return table;
}

function wideTables(polynomialLow: number, polynomialHigh: number): [Int32Array, Int32Array] {
  const lows = new Int32Array(8 * 256);
  const highs = new Int32Array(8 * 256);
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
    lows[i] = low;
    highs[i] = high;
  }
  for (let i = 256; i < lows.length; i++) {
    const low = lows[i - 256] as number;
    const high = highs[i - 256] as number;
    lows[i] = ((low >>> 8) | (high << 24)) ^ (lows[low & 0xff] as number);
    highs[i] = (high >>> 8) ^ (highs[low & 0xff] as number);
  }
  return [lows, highs];
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
}
