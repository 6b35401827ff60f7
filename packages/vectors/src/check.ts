// SPDX-License-Identifier: GPL-3.0-or-later
/** Compare an outcome with what a case expects, with vitest's expect. Needs no file system. */
import { decodeLatin1 } from '@stage0-ts/bytes';
import { expect } from 'vitest';
import type { CaseSettings, Change, Outcome } from './case.ts';

/**
 * Compares with the expected outcome; if there is none, with the rejection that the case requires.
 */
export function checkOutcome(
  settings: CaseSettings,
  expected: Outcome | undefined,
  outcome: Outcome,
): void {
  const { rejects = '', acceptedByOursOnly, compare = ['stdout'] } = settings;
  if (expected === undefined) {
    expect(outcome.stderr.slice(0, rejects.length)).toBe(rejects);
    expect(outcome.end).not.toBe(0);
    expect([...outcome.changes.keys()]).toEqual([]);
    return;
  }
  expect({ end: outcome.end, changes: readable(outcome) }).toEqual({
    end: expected.end,
    changes: readable(expected),
  });
  if (acceptedByOursOnly !== undefined) return;
  for (const stream of compare) expect(outcome[stream]).toBe(expected[stream]);
}

/** Changes as text, so that a failing test shows which bytes differ. */
function readable(outcome: Outcome): Record<string, unknown> {
  const show = (change: Change) =>
    change.kind === 'file'
      ? { mode: change.mode.toString(8), bytes: decodeLatin1(change.bytes) }
      : change;
  return Object.fromEntries(
    [...outcome.changes]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([path, change]) => [path, show(change)]),
  );
}
