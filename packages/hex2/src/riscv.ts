// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * RISC-V instruction words: immediates scattered over an instruction's bits.
 *
 * hex2 keeps a 32-bit register. A word `.xxxxxxxx` and the immediates of `!label`, `@label`,
 * `$label` and `~label` are XORed into it without moving the address; each byte written plainly
 * afterwards is XORed with the register's low byte, which is then shifted out. Holes and padding do
 * not pass through it. Addresses are known only at the end of the text, so the register is replayed
 * over the finished image: each change is a `Step` at its offset.
 *
 * Behaviour defined by mescc-tools/hex2_word.c of stage0-posix 1.9.1.
 */

export interface Step {
  /** Offset in the image, by which steps are ordered. */
  readonly at: number;
  /** How many bytes from here on the register does not change. */
  readonly skip: number;
  /** The word that is XORed into the register. */
  readonly word: number;
}

/** Run the register over `image`. What it contains at the end is lost. */
export function replay(image: Uint8Array, steps: readonly Step[]): void {
  let register = 0;
  let next = 0;
  for (const [index, step] of steps.entries()) {
    next = Math.max(next, step.at + step.skip);
    register ^= step.word;
    const end = steps[index + 1]?.at ?? image.length;
    for (; next < end && register !== 0; next++) {
      image[next] = (image[next] as number) ^ register;
      register >>>= 8;
    }
    next = Math.max(next, end);
  }
}

/** The four bytes of a `.` word, which is read high byte first. */
export function wordImmediate(word: number, bigEndian: boolean): number {
  if (bigEndian) return word;
  return ((word >>> 24) & 0xff) | ((word >>> 8) & 0xff00) | ((word << 8) & 0xff0000) | (word << 24);
}

/**
 * `!`, I format. It is in the second instruction of a pair, but its displacement counts from the
 * first.
 */
export function immediateI(displacement: number): number {
  return ((displacement + 4) & 0xfff) << 20;
}

/** `@`, B format: a branch. */
export function immediateB(displacement: number): number {
  return (
    ((displacement & 0x1e) << 7) |
    ((displacement & 0x7e0) << 20) |
    ((displacement & 0x800) >> 4) |
    ((displacement & 0x1000) << 19)
  );
}

/** `$`, J format: a jump. */
export function immediateJ(displacement: number): number {
  return (
    ((displacement & 0x7fe) << 20) |
    ((displacement & 0x800) << 9) |
    (displacement & 0xff000) |
    ((displacement & 0x100000) << 11)
  );
}

/** `~`, U format. It is rounded so that the sign-extended low part of an I format completes it. */
export function immediateU(displacement: number): number {
  const high = displacement & 0xfffff000;
  return (displacement & 0xfff) < 0x800 ? high : (high + 0x1000) | 0;
}

/**
 * True if the displacement fits into a signed field of `bits` bits, whose low bit is not stored.
 */
export function fitsBranch(displacement: number, bits: number): boolean {
  const limit = 2 ** (bits - 1);
  return displacement >= -limit && displacement < limit && (displacement & 1) === 0;
}
