// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * SHA-256 (FIPS 180-4): bytes → a digest of 32 bytes.
 *
 * The round loop keeps the eight working variables in locals and the 64-word schedule in one Int32Array;
 * all arithmetic is modulo 2^32 on signed integers.
 */
import { requireBytes } from '@stage0-ts/diagnostics';

/** First 32 bits of the fractional parts of the cube roots of the first 64 primes (FIPS 180-4, 4.2.2). */
const ROUND: Int32Array = fractions(64, Math.cbrt);
/** The same of the square roots of the first eight primes (5.3.3). */
const INITIAL: Int32Array = fractions(8, Math.sqrt);
const BLOCK = 64;

/** The digest of `bytes`. */
export function sha256(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  requireBytes(bytes);
  const state = INITIAL.slice();
  const schedule = new Int32Array(64);
  const whole = bytes.length - (bytes.length % BLOCK);
  compress(state, schedule, bytes, 0, whole);

  // The rest, a one bit, zeros, and the length in bits as 64 bits: one block or two.
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
  w: Int32Array,
  bytes: Uint8Array,
  start: number,
  end: number,
): void {
  const k = ROUND;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  for (let block = start; block < end; block += BLOCK) {
    for (let t = 0; t < 16; t++) w[t] = view.getInt32(block + 4 * t);
    extend(w);
    let a = state[0] as number;
    let b = state[1] as number;
    let c = state[2] as number;
    let d = state[3] as number;
    let e = state[4] as number;
    let f = state[5] as number;
    let g = state[6] as number;
    let h = state[7] as number;
    // Eight rounds a step: the variables change their parts instead of their values, and are back in place after eight.
    for (let t = 0; t < 64; t += 8) {
      h = (h + (k[t] as number) + (w[t] as number) + sum1(e) + (g ^ (e & (f ^ g)))) | 0;
      d = (d + h) | 0;
      h = (h + sum0(a) + ((a & b) | (c & (a | b)))) | 0;
      g = (g + (k[t + 1] as number) + (w[t + 1] as number) + sum1(d) + (f ^ (d & (e ^ f)))) | 0;
      c = (c + g) | 0;
      g = (g + sum0(h) + ((h & a) | (b & (h | a)))) | 0;
      f = (f + (k[t + 2] as number) + (w[t + 2] as number) + sum1(c) + (e ^ (c & (d ^ e)))) | 0;
      b = (b + f) | 0;
      f = (f + sum0(g) + ((g & h) | (a & (g | h)))) | 0;
      e = (e + (k[t + 3] as number) + (w[t + 3] as number) + sum1(b) + (d ^ (b & (c ^ d)))) | 0;
      a = (a + e) | 0;
      e = (e + sum0(f) + ((f & g) | (h & (f | g)))) | 0;
      d = (d + (k[t + 4] as number) + (w[t + 4] as number) + sum1(a) + (c ^ (a & (b ^ c)))) | 0;
      h = (h + d) | 0;
      d = (d + sum0(e) + ((e & f) | (g & (e | f)))) | 0;
      c = (c + (k[t + 5] as number) + (w[t + 5] as number) + sum1(h) + (b ^ (h & (a ^ b)))) | 0;
      g = (g + c) | 0;
      c = (c + sum0(d) + ((d & e) | (f & (d | e)))) | 0;
      b = (b + (k[t + 6] as number) + (w[t + 6] as number) + sum1(g) + (a ^ (g & (h ^ a)))) | 0;
      f = (f + b) | 0;
      b = (b + sum0(c) + ((c & d) | (e & (c | d)))) | 0;
      a = (a + (k[t + 7] as number) + (w[t + 7] as number) + sum1(f) + (h ^ (f & (g ^ h)))) | 0;
      e = (e + a) | 0;
      a = (a + sum0(b) + ((b & c) | (d & (b | c)))) | 0;
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
}

/** The words 16 to 63 of the schedule, from those before them; four a step, which is faster than one. */
function extend(w: Int32Array): void {
  for (let t = 16; t < 64; t += 4) {
    w[t] =
      (w[t - 16] as number) + (w[t - 7] as number) + mix(w[t - 15] as number, w[t - 2] as number);
    w[t + 1] =
      (w[t - 15] as number) + (w[t - 6] as number) + mix(w[t - 14] as number, w[t - 1] as number);
    w[t + 2] =
      (w[t - 14] as number) + (w[t - 5] as number) + mix(w[t - 13] as number, w[t] as number);
    w[t + 3] =
      (w[t - 13] as number) + (w[t - 4] as number) + mix(w[t - 12] as number, w[t + 1] as number);
  }
}

/** The small sigma 0 of x and 1 of y, together. */
function mix(x: number, y: number): number {
  const s0 = ((x >>> 7) | (x << 25)) ^ ((x >>> 18) | (x << 14)) ^ (x >>> 3);
  const s1 = ((y >>> 17) | (y << 15)) ^ ((y >>> 19) | (y << 13)) ^ (y >>> 10);
  return (s0 + s1) | 0;
}

/** FIPS 180-4, 4.1.2: the large sigma 0 and 1. */
function sum0(x: number): number {
  return ((x >>> 2) | (x << 30)) ^ ((x >>> 13) | (x << 19)) ^ ((x >>> 22) | (x << 10));
}

function sum1(x: number): number {
  return ((x >>> 6) | (x << 26)) ^ ((x >>> 11) | (x << 21)) ^ ((x >>> 25) | (x << 7));
}

/** The constants need 32 bits of fraction behind at most 5 of integer: a double holds them. */
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
