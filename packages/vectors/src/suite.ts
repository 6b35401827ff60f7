// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * One suite for any implementation of a tool.
 *
 * STAGE0_IMPLEMENTATIONS lists what is run: `source` (default: our program in memory), `dist` (our built
 * command in a real folder), `native` (upstream's binaries of the tree that STAGE0_NATIVE names).
 */
import type { Program } from '@stage0-ts/host';
import { describe, expect, it } from 'vitest';
import type { Outcome, Recording } from './case.ts';
import { checkOutcome } from './check.ts';
import { builtCommands, nativeCommands } from './commands.ts';
import { unpackCase } from './expectation.ts';
import { listCases, loadCase, loadRecording, packCase } from './load.ts';
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
      const { rejects, beyond } = vector.settings;
      const partial = rejects !== undefined || beyond !== undefined;
      const check = (outcome: Outcome) =>
        checkOutcome(vector.settings, unpackCase(packCase(tool, name)).expected, outcome);
      it(`${name} is recorded; where ours does otherwise it is a known difference`, () => {
        const recording = loadRecording(vector);
        expect(recording, 'npm run vectors:record').toBeDefined();
        expect('upstream' in (recording as Recording)).toBe(partial);
        if (!partial) return;
        const { upstream } = recording as { upstream: unknown };
        expect(differing.has(vector.name)).toBe(beyond !== undefined || upstream === 0);
      });
      if (runs('source')) {
        it(`${name} (source)`, () => check(runInMemory(vector, program, options.programs)));
      }
      if (runs('dist')) {
        it(`${name} (dist)`, () => check(runInFolder(vector, builtCommands())));
      }
      if (runs('native')) {
        it(`${name} (native)`, () => {
          const outcome = runInFolder(vector, nativeCommands(process.env['STAGE0_NATIVE'] ?? ''));
          if (!partial) check(outcome);
          else expect({ upstream: outcome.end }).toEqual(loadRecording(vector));
        });
      }
    }
  });
}
