// SPDX-License-Identifier: GPL-3.0-or-later
/** Little guest programs, made by hand: an ELF file around machine code, and words to write the code with. */

/** Where a guest's first byte of code stands. */
export const CODE = 0x08048054;
/** Where its data stands: a page of zeros behind the code. */
export const DATA = 0x08060000;

/** An executable of one segment, all rights, with `dataSize` bytes at {@link DATA}. */
export function elf(code: readonly number[], dataSize = 4096): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(0x54 + code.length);
  const view = new DataView(bytes.buffer);
  bytes.set([0x7f, 0x45, 0x4c, 0x46, 1, 1, 1]);
  const half = (at: number, value: number) => view.setUint16(at, value, true);
  const word = (at: number, value: number) => view.setUint32(at, value, true);
  half(16, 2);
  half(18, 3);
  word(20, 1);
  word(24, CODE);
  word(28, 52);
  half(40, 52);
  half(42, 32);
  half(44, 1);
  word(52, 1);
  word(60, 0x08048000);
  word(64, 0x08048000);
  word(68, bytes.length);
  word(72, DATA + dataSize - 0x08048000);
  word(76, 7);
  word(80, 4096);
  bytes.set(code, 0x54);
  return bytes;
}

/** Four bytes, lowest first. */
export function word(value: number): number[] {
  return [value & 0xff, (value >>> 8) & 0xff, (value >>> 16) & 0xff, (value >>> 24) & 0xff];
}

/** mov register, value. */
export function load(register: number, value: number): number[] {
  return [0xb8 + register, ...word(value)];
}

/** int 0x80 with eax, ebx, ecx, edx. */
export function system(number: number, a = 0, b = 0, c = 0): number[] {
  return [...load(0, number), ...load(3, a), ...load(1, b), ...load(2, c), 0xcd, 0x80];
}

/** exit with `status`. */
export function exit(status: number): number[] {
  return system(1, status);
}

/** Code that puts `text` and a zero byte at `address`. */
export function place(address: number, text: string): number[] {
  return [...text, '\0'].flatMap((letter, at) => [
    ...[0xc6, 0x05],
    ...word(address + at),
    letter.charCodeAt(0),
  ]);
}
