// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * What tests of several packages need: where trees are, what to say when a test cannot run, and
 * guest programs.
 */
import { fileURLToPath } from 'node:url';

/** The folder of the ladder, a small bootstrap of our own. */
export const LADDER: string = fileURLToPath(
  new URL('../../../test-vectors/ladder', import.meta.url),
);

/**
 * Say loudly that tests did not run, and why. Both arguments are sentences or parts of sentences,
 * without a full stop.
 */
export function didNotRun(what: string, why: string): void {
  console.warn(`\n*** DID NOT RUN: ${what}. ${why}. ***\n`);
}

/** Returns `present`. If that is false, this says that `what` did not run. */
export function runsIf(present: boolean, what: string, why: string): boolean {
  if (!present) didNotRun(what, why);
  return present;
}

/**
 * The tree or tarball of stage0-posix 1.9.1 that STAGE0_POSIX names. Without one, this says that
 * `what` did not run.
 */
export function releaseFor(what: string): string | undefined {
  const release = process.env['STAGE0_POSIX'];
  runsIf(
    release !== undefined,
    what,
    'Set STAGE0_POSIX to the tarball or folder of stage0-posix 1.9.1',
  );
  return release;
}

/** The address of a guest's first byte, its ELF header. */
export const GUEST_BASE = 0x08048000;
const HEADER_SIZE = 0x54;
/** The address of a guest's first byte of code. */
export const GUEST_CODE: number = GUEST_BASE + HEADER_SIZE;

/**
 * An i386 program for Linux: an ELF file of one segment with all rights around the code. In memory
 * it extends to the address `end`, if that is beyond the end of the file.
 */
export function guestImage(code: readonly number[], end = 0): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(HEADER_SIZE + code.length);
  const view = new DataView(bytes.buffer);
  const half = (at: number, value: number) => view.setUint16(at, value, true);
  const word = (at: number, value: number) => view.setUint32(at, value, true);
  bytes.set([0x7f, 0x45, 0x4c, 0x46, 1, 1, 1]); // ELF, 32 bits, low byte first
  half(16, 2); // an executable
  half(18, 3); // for the i386
  word(20, 1);
  word(24, GUEST_CODE); // entry
  word(28, 52); // offset of the program header
  half(40, 52);
  half(42, 32);
  half(44, 1); // of which there is one
  word(52, 1); // to be loaded
  word(60, GUEST_BASE);
  word(64, GUEST_BASE);
  word(68, bytes.length);
  word(72, Math.max(bytes.length, end - GUEST_BASE));
  word(76, 7); // all rights
  word(80, 4096);
  bytes.set(code, HEADER_SIZE);
  return bytes;
}

/** Four bytes, lowest first. */
export function wordBytes(value: number): number[] {
  return [value & 0xff, (value >>> 8) & 0xff, (value >>> 16) & 0xff, (value >>> 24) & 0xff];
}
