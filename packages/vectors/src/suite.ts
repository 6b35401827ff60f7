// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * One suite for any implementation of a tool.
 *
 * STAGE0_IMPLEMENTATIONS lists what is run: `source` (default: our program in memory), `dist` (our built
 * command in a real folder), `native` (upstream's binaries of the tree that STAGE0_NATIVE names).
 */
import type { Program } from '@stage0-ts/host';
import { describe, expect, it } from 'vitest';
import type { Change, Outcome, Recording, VectorCase } from './case.ts';
import { builtCommands, nativeCommands } from './commands.ts';
import { listCases, loadCase, loadRecording, recordedOutcome } from './load.ts';
import { runInFolder } from './run-in-folder.ts';
import { runInMemory } from './run-in-memory.ts';

export interface SuiteOptions {
  /** Our programs that cases of this tool start, by upstream's names. */
  readonly programs?: Readonly<Record<string, Program>>;
  /** Cases that we reject though upstream exits 0: the package's known differences. */
  readonly knownDifferences?: readonly {
    readonly name: string;
    readonly cases: readonly string[];
  }[];
  /** Fail when there are fewer cases than this. */
  readonly atLeast: number;
}

/** Register a test for every case of `tool` and every implementation asked for. */
export function vectorSuite(tool: string, program: Program, options: SuiteOptions): void {
  const names = listCases(tool);
  const differing = new Set(options.knownDifferences?.flatMap((difference) => difference.cases));
  const wanted = (process.env['STAGE0_IMPLEMENTATIONS'] ?? 'source').split(',');

  describe(`${tool} vectors`, () => {
    it(`are at least ${options.atLeast}`, () => {
      expect(names.length).toBeGreaterThanOrEqual(options.atLeast);
    });
    for (const name of names) {
      const vector = loadCase(tool, name);
      const { implementations } = vector.settings;
      const runs = (implementation: 'source' | 'dist' | 'native') =>
        wanted.includes(implementation) && (implementations?.includes(implementation) ?? true);
      it(`${name} is recorded; a rejection of what upstream takes is a known difference`, () => {
        const recording = loadRecording(vector);
        expect(recording, 'npm run vectors:record').toBeDefined();
        const rejected = vector.settings.rejects !== undefined;
        expect('upstream' in (recording as Recording)).toBe(rejected);
        if (rejected)
          expect(differing.has(vector.name)).toBe(
            (recording as { upstream: unknown }).upstream === 0,
          );
      });
      if (runs('source')) {
        it(`${name} (source)`, () => check(vector, runInMemory(vector, program, options.programs)));
      }
      if (runs('dist')) {
        it(`${name} (dist)`, () => check(vector, runInFolder(vector, builtCommands())));
      }
      if (runs('native')) {
        it(`${name} (native)`, () => {
          const outcome = runInFolder(vector, nativeCommands(process.env['STAGE0_NATIVE'] ?? ''));
          if (vector.settings.rejects === undefined) check(vector, outcome);
          else expect({ upstream: outcome.end }).toEqual(loadRecording(vector));
        });
      }
    }
  });
}

/** Hold an outcome against the recording, or against the rejection that the case asks for. */
function check(vector: VectorCase, outcome: Outcome): void {
  const { rejects, compare = ['stdout'] } = vector.settings;
  if (rejects !== undefined) {
    expect(outcome.stderr.slice(0, rejects.length)).toBe(rejects);
    expect(outcome.end).not.toBe(0);
    expect([...outcome.changes.keys()]).toEqual([]);
    return;
  }
  const recording = loadRecording(vector) as Exclude<Recording, { upstream: unknown }>;
  const expected = recordedOutcome(vector, recording);
  expect({ end: outcome.end, changes: readable(outcome) }).toEqual({
    end: expected.end,
    changes: readable(expected),
  });
  for (const stream of compare) expect(outcome[stream]).toBe(expected[stream]);
}

/** Changes as text, so that a failing test shows which bytes differ. */
function readable(outcome: Outcome): Record<string, unknown> {
  const show = (change: Change) =>
    change.kind === 'file'
      ? { mode: change.mode.toString(8), bytes: Buffer.from(change.bytes).toString('latin1') }
      : change;
  return Object.fromEntries(
    [...outcome.changes]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([path, change]) => [path, show(change)]),
  );
}
