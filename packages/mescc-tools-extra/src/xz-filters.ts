// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * The filters that an .xz block may pass through before LZMA2, undone: delta, and the branch
 * converters.
 *
 * A branch converter made the targets of calls absolute, so that calls of the same target have the
 * same bytes; here they become relative again. Each works on whole instructions; an incomplete one
 * at the end is left unchanged. Defined by "The .xz File Format" 1.2.0, 5.3. RISC-V's, which came
 * later, is not known here.
 */

/** Undo the filter in place. */
export type Filter = (content: Uint8Array) => void;

/**
 * Converts one instruction at `at`, whose address is `address`. Returns how many bytes to step
 * over.
 */
type Converter = (bytes: Uint8Array, at: number, address: number) => number;

const CONVERTERS: ReadonlyMap<number, { readonly size: number; readonly convert: Converter }> =
  new Map([
    [0x05, { size: 4, convert: powerpc }],
    [0x06, { size: 16, convert: ia64 }],
    [0x07, { size: 4, convert: arm }],
    [0x08, { size: 4, convert: armThumb }],
    [0x09, { size: 4, convert: sparc }],
    [0x0a, { size: 4, convert: arm64 }],
  ]);

/** The filter with this id and these properties; undefined if it is unknown or not valid. */
export function makeFilter(id: number, properties: Uint8Array): Filter | undefined {
  if (id === 0x03) {
    const [property] = properties;
    if (property === undefined || properties.length !== 1) return undefined;
    return (content) => delta(content, property + 1);
  }
  if (properties.length !== 0 && properties.length !== 4) return undefined;
  const start = properties.length === 0 ? 0 : little32(properties, 0);
  if (id === 0x04) return (content) => x86(content, start);
  const converter = CONVERTERS.get(id);
  if (converter === undefined) return undefined;
  const { size, convert } = converter;
  return (content) => {
    for (let at = 0; at + size <= content.length; ) at += convert(content, at, (start + at) | 0);
  };
}

function delta(bytes: Uint8Array, distance: number): void {
  for (let i = distance; i < bytes.length; i++) {
    bytes[i] = (bytes[i] as number) + (bytes[i - distance] as number);
  }
}

/**
 * By which of the three bytes before an opcode may belong to another operand, as a mask: whether a
 * call is possible here.
 */
const X86_POSSIBLE = [true, true, true, false, true, false, false, false];
const X86_BYTES = [0, 1, 2, 2, 3, 3, 3, 3];

/**
 * Calls and jumps: e8 and e9. Opcodes may be at any byte, so an operand that contains e8 needs
 * care.
 */
function x86(bytes: Uint8Array, start: number): void {
  let previous = -1;
  let mask = 0;
  for (let i = 0; i + 4 < bytes.length; i++) {
    if (((bytes[i] as number) & 0xfe) !== 0xe8) continue;
    const gap = i - previous;
    previous = i;
    if (gap > 3) mask = 0;
    else {
      mask = (mask << (gap - 1)) & 7;
      const before = bytes[i + 4 - (X86_BYTES[mask] as number)] as number;
      if (mask !== 0 && (!X86_POSSIBLE[mask] || isSign(before))) {
        mask = (mask << 1) | 1;
        continue;
      }
    }
    if (!isSign(bytes[i + 4] as number)) {
      mask = (mask << 1) | 1;
      continue;
    }
    const shift = (X86_BYTES[mask] as number) * 8;
    let source = little32(bytes, i + 1);
    let target = 0;
    for (;;) {
      target = (source - (start + i + 5)) | 0;
      if (mask === 0 || !isSign((target >>> (24 - shift)) & 0xff)) break;
      source = target ^ (2 ** (32 - shift) - 1);
    }
    target &= 0x1ffffff;
    putLittle32(bytes, i + 1, target | -(target & 0x1000000));
    i += 4;
  }
}

function isSign(byte: number): boolean {
  return byte === 0 || byte === 0xff;
}

function powerpc(bytes: Uint8Array, at: number, address: number): number {
  const word = big32(bytes, at);
  if ((word & 0xfc000003) === 0x48000001) {
    putBig32(bytes, at, 0x48000001 | (((word & 0x3fffffc) - address) & 0x3fffffc));
  }
  return 4;
}

/** For each template of a bundle: the slots that may contain a branch, as a mask. */
const IA64_BRANCH_SLOTS = '00000000000000004466007744004400';

/**
 * A bundle has a template of 5 bits and three slots of 41 bits. Each slot lies within six bytes.
 */
function ia64(bytes: Uint8Array, at: number, address: number): number {
  const slots = Number(IA64_BRANCH_SLOTS[(bytes[at] as number) & 0x1f]);
  for (let slot = 0; slot < 3; slot++) {
    if (((slots >> slot) & 1) === 0) continue;
    const bit = 5 + 41 * slot;
    const place = at + (bit >> 3);
    const shift = BigInt(bit & 7);
    const word = littleBytes(bytes, place, 6);
    const instruction = word >> shift;
    if (((instruction >> 37n) & 15n) !== 5n || ((instruction >> 9n) & 7n) !== 0n) continue;
    // The target is counted in bundles: 20 bits from bit 13 on, the sign at bit 36.
    const source = ((instruction >> 13n) & 0xfffffn) | (((instruction >> 36n) & 1n) << 20n);
    const target = source - (BigInt(address >>> 0) >> 4n);
    const changed =
      (instruction & ~(0x8fffffn << 13n)) |
      ((target & 0xfffffn) << 13n) |
      (((target >> 20n) & 1n) << 36n);
    putLittleBytes(bytes, place, 6, (changed << shift) | (word & ((1n << shift) - 1n)));
  }
  return 16;
}

function arm(bytes: Uint8Array, at: number, address: number): number {
  if (bytes[at + 3] === 0xeb) {
    const word = little32(bytes, at) & 0xffffff;
    const target = ((word << 2) - (address + 8)) >>> 2;
    putLittle32(bytes, at, (target & 0xffffff) | (0xeb << 24));
  }
  return 4;
}

function armThumb(bytes: Uint8Array, at: number, address: number): number {
  const high = (bytes[at] as number) | ((bytes[at + 1] as number) << 8);
  const low = (bytes[at + 2] as number) | ((bytes[at + 3] as number) << 8);
  if ((high & 0xf800) !== 0xf000 || (low & 0xf800) !== 0xf800) return 2;
  const source = ((high & 0x7ff) << 12) | ((low & 0x7ff) << 1);
  const target = (source - (address + 4)) >>> 1;
  putLittle32(bytes, at, 0xf800f000 | ((target >>> 11) & 0x7ff) | ((target & 0x7ff) << 16));
  return 4;
}

function sparc(bytes: Uint8Array, at: number, address: number): number {
  const word = big32(bytes, at);
  if (word >>> 22 === 0x100 || word >>> 22 === 0x1ff) {
    const target = ((word << 2) - address) >>> 2;
    putBig32(bytes, at, (0x40000000 - (target & 0x400000)) | 0x40000000 | (target & 0x3fffff));
  }
  return 4;
}

function arm64(bytes: Uint8Array, at: number, address: number): number {
  const word = little32(bytes, at);
  if (word >>> 26 === 0x25) {
    putLittle32(bytes, at, 0x94000000 | ((word - (address >>> 2)) & 0x3ffffff));
  } else if ((word & 0x9f000000) >>> 0 === 0x90000000) {
    const source = ((word >>> 29) & 3) | ((word >>> 3) & 0x1ffffc);
    // an encoder does not convert so large a distance
    if (((source + 0x20000) & 0x1c0000) !== 0) return 4;
    const target = source - (address >>> 12);
    const low = (word & 0x9000001f) | ((target & 3) << 29);
    putLittle32(bytes, at, low | ((target & 0x3fffc) << 3) | (-(target & 0x20000) & 0xe00000));
  }
  return 4;
}

function littleBytes(bytes: Uint8Array, at: number, count: number): bigint {
  let value = 0n;
  for (let i = count - 1; i >= 0; i--) value = (value << 8n) | BigInt(bytes[at + i] as number);
  return value;
}

function putLittleBytes(bytes: Uint8Array, at: number, count: number, value: bigint): void {
  for (let i = 0; i < count; i++) bytes[at + i] = Number((value >> BigInt(8 * i)) & 0xffn);
}

function little32(bytes: Uint8Array, at: number): number {
  return (
    (bytes[at] as number) |
    ((bytes[at + 1] as number) << 8) |
    ((bytes[at + 2] as number) << 16) |
    ((bytes[at + 3] as number) << 24)
  );
}

function putLittle32(bytes: Uint8Array, at: number, value: number): void {
  for (let i = 0; i < 4; i++) bytes[at + i] = value >>> (8 * i);
}

function big32(bytes: Uint8Array, at: number): number {
  return (
    ((bytes[at] as number) << 24) |
    ((bytes[at + 1] as number) << 16) |
    ((bytes[at + 2] as number) << 8) |
    (bytes[at + 3] as number)
  );
}

function putBig32(bytes: Uint8Array, at: number, value: number): void {
  for (let i = 0; i < 4; i++) bytes[at + i] = value >>> (24 - 8 * i);
}
