// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * Checks of arguments from JavaScript callers, which no compiler has checked: a TypeError says what
 * was expected and what was given.
 */
import type { Source } from './tool-error.ts';

/** Throw unless `value` is bytes. `what` names it in the message. */
export function requireBytes(value: unknown, what = 'the input'): asserts value is Uint8Array {
  // `instanceof` would refuse a Uint8Array of another realm (a frame, a test runner's).
  if (Object.prototype.toString.call(value) === '[object Uint8Array]') return;
  throw new TypeError(`${what}: expected Uint8Array, got ${kindOf(value)}`);
}

/** Throw unless `value` is named bytes, which errors need. */
export function requireSource(value: unknown, what = 'the source'): asserts value is Source {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new TypeError(`${what}: expected { name, bytes }, got ${kindOf(value)}`);
  }
  const { name, bytes } = value as Partial<Source>;
  if (typeof name !== 'string') {
    throw new TypeError(`${what}: expected a name that is a string, got ${kindOf(name)}`);
  }
  requireBytes(bytes, `${what} ${name}`);
}

/** Throw unless `value` is a list of named bytes. */
export function requireSources(value: unknown): asserts value is readonly Source[] {
  if (!Array.isArray(value)) {
    throw new TypeError(`the sources: expected an array of { name, bytes }, got ${kindOf(value)}`);
  }
  value.forEach((source, index) => {
    requireSource(source, `source ${index}`);
  });
}

/** Throw if `value` is given, and is not one of the known names. */
export function requireKnown(value: unknown, known: readonly string[], what: string): void {
  if (value === undefined || known.includes(value as string)) return;
  const got = typeof value === 'string' ? JSON.stringify(value) : kindOf(value);
  throw new TypeError(`${what}: expected one of ${known.join(', ')}, got ${got}`);
}

function kindOf(value: unknown): string {
  if (value === null || value === undefined) return String(value);
  if (typeof value !== 'object') return typeof value;
  return Object.prototype.toString.call(value).slice(8, -1);
}
