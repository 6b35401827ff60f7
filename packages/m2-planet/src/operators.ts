// SPDX-License-Identifier: GPL-3.0-or-later
/** Tests of operators that are used in more than one place: the text of a token → yes or no. */
import type { Compilation } from './compilation.ts';

const COMPOUND: ReadonlySet<string> = new Set([
  '+=',
  '-=',
  '*=',
  '/=',
  '%=',
  '<<=',
  '>>=',
  '&=',
  '^=',
  '|=',
]);

/** True for operators like `+=`. */
export function isCompoundAssignment(text: string): boolean {
  return COMPOUND.has(text);
}

/** True for `=` and operators like `+=`. */
export function isAssignment(text: string): boolean {
  return text === '=' || isCompoundAssignment(text);
}

/** True for `++` and `--`. */
export function isIncrement(text: string): boolean {
  return text === '++' || text === '--';
}

/** The text of the token `back` places before the current one. */
export function previousText(c: Compilation, back: number): string {
  let { prev } = c.token;
  for (let i = 1; i < back; i++) prev = prev?.prev ?? null;
  return prev?.text ?? '';
}
