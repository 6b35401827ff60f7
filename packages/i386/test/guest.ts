// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * Little guest programs, made by hand: an ELF file around machine code, and words to write the code
 * with.
 */
import { GUEST_CODE, guestImage, wordBytes as word } from '@stage0-ts/vectors/test-support';

export { word };

/** The address of a guest's first byte of code. */
export const CODE: number = GUEST_CODE;
/** The address of its data: a page of zeros after the code. */
export const DATA = 0x08060000;

/** An executable of one segment, all rights, with `dataSize` bytes at {@link DATA}. */
export function elf(code: readonly number[], dataSize = 4096): Uint8Array<ArrayBuffer> {
  return guestImage(code, DATA + dataSize);
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
