// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * SHA-256 (FIPS 180-4): bytes → a digest of 32 bytes.
 *
 * Written as the standard writes it, with its names. All arithmetic is modulo 2^32 on signed
 * integers.
 */
import { requireBytes } from '@stage0-ts/diagnostics';

/**
 * The first 32 bits of the fractional parts of the cube roots of the first 64 primes (FIPS 180-4,
 * 4.2.2).
 */
const ROUND: Int32Array = fractions(64, Math.cbrt);
/** The same for the square roots of the first eight primes (5.3.3). */
const INITIAL: Int32Array = fractions(8, Math.sqrt);
const BLOCK = 64;

/** The digest of `bytes`. */
export function sha256(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  requireBytes(bytes);
  const state = INITIAL.slice();
  const schedule = new Int32Array(64);
  const whole = bytes.length - (bytes.length % BLOCK);
  compress(state, schedule, bytes, 0, whole);

  // One or two last blocks: the rest, a bit 1, zeros, and the length in bits as a number of 64
  // bits.
  const rest = bytes.length - whole;
  const tail = new Uint8Array(rest + 9 > BLOCK ? 2 * BLOCK : BLOCK);
  tail.set(bytes.subarray(whole));
  tail[rest] = 0x80;
  let bits = bytes.length * 8;
  for (let at = tail.length - 1; bits > 0; at--) {
    tail[at] = bits % 256;
    bits = Math.floor(bits / 256);
  }
  compress(state, schedule, tail, 0, tail.length);

  const digest = new Uint8Array(32);
  for (let i = 0; i < 32; i++) digest[i] = (state[i >> 2] as number) >>> (24 - 8 * (i & 3));
  return digest;
}

/** The digest of `bytes` as 64 lower-case hexadecimal digits. */
export function sha256Hex(bytes: Uint8Array): string {
  return toHex(sha256(bytes));
}

/** Bytes as lower-case hexadecimal digits. */
export function toHex(bytes: Uint8Array): string {
  let text = '';
  for (const byte of bytes) text += byte.toString(16).padStart(2, '0');
  return text;
}

/** FIPS 180-4, 6.2.2, for every block of bytes[start, end). */
function compress(
  state: Int32Array,
  schedule: Int32Array,
  bytes: Uint8Array,
  start: number,
  end: number,
): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  for (let block = start; block < end; block += BLOCK) {
    for (let t = 0; t < 16; t++) schedule[t] = view.getInt32(block + 4 * t);
    extend(schedule);
    rounds(state, schedule);
  }
}

/** Compute the words 16 to 63 of the schedule from the words before them. */
function extend(w: Int32Array): void {
  for (let t = 16; t < 64; t++) {
    w[t] =
      smallSigma1(w[t - 2] as number) +
      (w[t - 7] as number) +
      smallSigma0(w[t - 15] as number) +
      (w[t - 16] as number);
  }
}

/** The 64 rounds of a block; updates the state. */
function rounds(state: Int32Array, w: Int32Array): void {
  let a = state[0] as number;
  let b = state[1] as number;
  let c = state[2] as number;
  let d = state[3] as number;
  let e = state[4] as number;
  let f = state[5] as number;
  let g = state[6] as number;
  let h = state[7] as number;
  for (let t = 0; t < 64; t++) {
    const choice = (e & f) ^ (~e & g);
    const majority = (a & b) ^ (a & c) ^ (b & c);
    const t1 = (h + bigSigma1(e) + choice + (ROUND[t] as number) + (w[t] as number)) | 0;
    const t2 = (bigSigma0(a) + majority) | 0;
    h = g;
    g = f;
    f = e;
    e = (d + t1) | 0;
    d = c;
    c = b;
    b = a;
    a = (t1 + t2) | 0;
  }
  state[0] = (state[0] as number) + a;
  state[1] = (state[1] as number) + b;
  state[2] = (state[2] as number) + c;
  state[3] = (state[3] as number) + d;
  state[4] = (state[4] as number) + e;
  state[5] = (state[5] as number) + f;
  state[6] = (state[6] as number) + g;
  state[7] = (state[7] as number) + h;
}

function rotateRight(x: number, count: number): number {
  return (x >>> count) | (x << (32 - count));
}

/** FIPS 180-4, 4.1.2. */
function bigSigma0(x: number): number {
  return rotateRight(x, 2) ^ rotateRight(x, 13) ^ rotateRight(x, 22);
}

function bigSigma1(x: number): number {
  return rotateRight(x, 6) ^ rotateRight(x, 11) ^ rotateRight(x, 25);
}

function smallSigma0(x: number): number {
  return rotateRight(x, 7) ^ rotateRight(x, 18) ^ (x >>> 3);
}

function smallSigma1(x: number): number {
  return rotateRight(x, 17) ^ rotateRight(x, 19) ^ (x >>> 10);
}

/**
 * The constants need 32 bits after the binary point and at most 5 before it, which a double can
 * hold.
 */
function fractions(count: number, root: (value: number) => number): Int32Array {
  const words = new Int32Array(count);
  for (let prime = 2, found = 0; found < count; prime++) {
    let divisor = 2;
    while (divisor * divisor <= prime && prime % divisor !== 0) divisor++;
    if (divisor * divisor <= prime) continue;
    words[found++] = Math.floor((root(prime) % 1) * 2 ** 32);
  }
  return words;
}
