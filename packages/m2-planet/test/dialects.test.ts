// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * Each field of the newer dialect is held by a recorded case: with the released value that case
 * fails.
 */
import { decodeLatin1, encodeUtf8 } from '@stage0-ts/bytes';
import { compile, m2Planet, m2PlanetFor } from '@stage0-ts/m2-planet';
import {
  listCases,
  loadCase,
  loadOutcome,
  type Outcome,
  runInMemory,
  type VectorCase,
} from '@stage0-ts/vectors/run';
import { afterEach, describe, expect, it } from 'vitest';
import { DIALECTS, type Dialect } from '../src/dialects.ts';

const NEWER = '01a9ea5';
const SET = `M2-Planet-${NEWER}`;
const CASES = listCases(SET).map((name) => loadCase(SET, name));
const { ...NEWER_FIELDS } = DIALECTS[NEWER];

/** The dialect table of the sources under test, in which tests replace one field for a moment. */
const table: Record<string, unknown> = DIALECTS[NEWER] as unknown as Record<string, unknown>;

/** An outcome as text. */
function shown({ end, stdout, changes }: Outcome): string {
  const files = [...changes].map(([name, change]) => [
    name,
    change.kind === 'file' ? [change.mode, decodeLatin1(change.bytes)] : change,
  ]);
  return JSON.stringify({ end, stdout, files });
}

function holds(vector: VectorCase): boolean {
  const outcome = runInMemory(vector, m2PlanetFor(NEWER));
  if (vector.settings.rejects !== undefined) return outcome.end !== 0;
  return shown(outcome) === shown(loadOutcome(vector));
}

describe('the dialect of 01a9ea5', () => {
  afterEach(() => {
    Object.assign(table, NEWER_FIELDS);
  });

  it('holds all cases', () => {
    expect(CASES.filter((vector) => !holds(vector))).toEqual([]);
  });

  it.each(Object.keys(NEWER_FIELDS) as (keyof Dialect)[])('%s is held by a case', (field) => {
    table[field] = DIALECTS['1.13.1'][field];
    expect(table[field]).not.toEqual(NEWER_FIELDS[field]);
    expect(CASES.filter((vector) => !holds(vector)).map(({ name }) => name)).not.toEqual([]);
  });
});

describe('--dialect', () => {
  const input = new Map([['in.c', encodeUtf8('int f() { ; return 2; }\n')]]);
  const run = (...arguments_: string[]): Outcome => {
    const settings = { about: '', arguments: [...arguments_, 'in.c'] };
    return runInMemory({ name: '', tool: 'M2-Planet', folder: '', settings, input }, m2Planet);
  };

  it('chooses, and the last one counts', () => {
    expect(run().end).toBe(1);
    expect(run('--dialect', NEWER).end).toBe(0);
    expect(run('--dialect', NEWER, '--dialect', '1.13.1').end).toBe(1);
  });

  it('is the option of compile', () => {
    const file = { name: 'in.c', bytes: encodeUtf8('int a = 2 * 3;\n') };
    expect(() => compile([file])).toThrow('constant expression');
    expect(decodeLatin1(compile([file], { dialect: NEWER }))).toContain('%6 ');
    const unknown = { dialect: '1.14.0' as unknown as typeof NEWER };
    expect(() => compile([file], unknown)).toThrow('1.14.0');
  });

  it('names the dialects when the given one is unknown', () => {
    const message = 'Unknown dialect: 1.14 known dialects are: 1.13.1 and 01a9ea5';
    expect(run('--dialect', '1.14').stderr).toContain(message);
  });
});
