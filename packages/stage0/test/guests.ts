// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * Little i386 programs for trees in tests: a list of system calls, alone or in front of another
 * program.
 */

import { encodeUtf8 } from '@stage0-ts/bytes';
import { GUEST_CODE, guestImage, wordBytes } from '@stage0-ts/vectors/test-support';

/** The result of the previous call, such as a descriptor. */
export const RESULT: unique symbol = Symbol('result');

/** A system call: its number and its arguments. For a string, the argument is its address. */
export type Call = readonly [number: number, ...args: readonly (number | string | typeof RESULT)[]];

export const CREATE = 0o1101; // O_WRONLY | O_CREAT | O_TRUNC

export const exit = (status: number): Call => [1, status];
export const write = (file: number | typeof RESULT, text: string): Call => [
  4,
  file,
  text,
  encodeUtf8(text).length,
];
export const link = (existing: string, path: string): Call => [9, existing, path];
export const rename = (from: string, to: string): Call => [38, from, to];
export const open = (path: string, mode = 0o600): Call => [5, path, CREATE, mode];
export const unlink = (path: string): Call => [10, path];
export const chmod = (path: string, mode: number): Call => [15, path, mode];
export const mkdir = (path: string): Call => [39, path, 0o755];
export const chroot = (path: string): Call => [61, path];
export const symlink = (target: string, path: string): Call => [83, target, path];

/** Calls that create a file with this text. */
export const leave = (path: string, text: string): Call[] => [open(path), write(RESULT, text)];

/** A program that makes these calls and then exits with 0. */
export function guest(...calls: Call[]): Uint8Array {
  return guestImage(assemble([...calls, exit(0)], GUEST_CODE));
}

/** A program with machine code of one's own. */
export function rawGuest(...code: number[]): Uint8Array {
  return guestImage(code);
}

/**
 * The program with calls that it makes before it begins. `onlyIf` is machine code that sets the
 * zero flag if the calls should not be made.
 */
export function infect(
  program: Uint8Array,
  calls: readonly Call[],
  onlyIf: readonly number[] = [],
): Uint8Array {
  const view = new DataView(Uint8Array.from(program).buffer); // slice() would not copy a Buffer
  const segment = view.getUint32(28, true);
  const entry = view.getUint32(24, true);
  const address = view.getUint32(segment + 8, true) + program.length;
  const [before, after] = [[0x60, ...onlyIf], [0x61]]; // pusha … popa
  const skip = onlyIf.length === 0 ? 0 : 6;
  const size = assemble(calls, 0, false).length;
  if (skip > 0) before.push(0x0f, 0x84, ...wordBytes(size)); // je past the calls
  const start = address + before.length;
  const jump = start + size + after.length + 5;
  const strings = jump;
  const body = assemble(calls, start, false, strings);
  const code = [
    ...before,
    ...body,
    ...after,
    0xe9,
    ...wordBytes(entry - jump),
    ...stringsOf(calls),
  ];
  const infected = new Uint8Array([...new Uint8Array(view.buffer), ...code]);
  const changed = new DataView(infected.buffer);
  changed.setUint32(24, address, true);
  changed.setUint32(segment + 16, infected.length, true);
  changed.setUint32(segment + 20, infected.length, true);
  changed.setUint32(segment + 24, 7, true);
  return infected;
}

/** The bytes as a hex0 source. */
export function listing(bytes: Uint8Array): string {
  const digits = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0'));
  return `${digits.join(' ')}\n`;
}

/** Code for the calls, at `address`. The strings follow the code, or are at `strings`. */
function assemble(
  calls: readonly Call[],
  address: number,
  withStrings = true,
  strings = 0,
): number[] {
  let size = 0;
  for (const [, ...args] of calls)
    size += 7 + args.reduce<number>((sum, one) => sum + (one === RESULT ? 2 : 5), 0);
  let text = withStrings ? address + size : strings;
  const code: number[] = [];
  for (const [number, ...args] of calls) {
    for (const [at, arg] of args.entries()) {
      const register = [3, 1, 2][at] as number; // ebx, ecx, edx
      if (arg === RESULT)
        code.push(0x89, 0xc0 + register); // mov register, eax
      else if (typeof arg === 'number') code.push(0xb8 + register, ...wordBytes(arg));
      else {
        code.push(0xb8 + register, ...wordBytes(text));
        text += encodeUtf8(arg).length + 1;
      }
    }
    code.push(0xb8, ...wordBytes(number), 0xcd, 0x80);
  }
  return withStrings ? [...code, ...stringsOf(calls)] : code;
}

function stringsOf(calls: readonly Call[]): number[] {
  const texts = calls.flatMap((call) => call.filter((arg) => typeof arg === 'string'));
  return [...encodeUtf8(texts.map((text) => `${text}\0`).join(''))];
}
