// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * One suite for any implementation of a tool.
 *
 * STAGE0_IMPLEMENTATIONS lists what is run: `source` (default: our program in memory), `dist` (our
 * built command in a real folder), `native` (upstream's binaries of the tree that STAGE0_NATIVE
 * names). Another release has no built command of ours; its tree is in the folder that
 * STAGE0_RELEASES names, under its number.
 */
import type { Program } from '@stage0-ts/host';
import { describe, expect, it } from 'vitest';
import type { Outcome, Recording } from './case.ts';
import { checkOutcome } from './check.ts';
import { builtCommands, nativeCommands, nativeTree } from './commands.ts';
import { unpackCase } from './expectation.ts';
import { listCases, loadCase, loadRecording, packCase } from './load.ts';
import { runInFolder } from './run-in-folder.ts';
import { runInMemory } from './run-in-memory.ts';

export interface SuiteOptions {
  /** Another release, or a commit: its cases are in `TOOL-RELEASE`. Default: 1.9.1, in `TOOL`. */
  readonly release?: string;
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
  const { release } = options;
  const set = release === undefined ? tool : `${tool}-${release}`;
  const names = listCases(set);
  const differing = new Set(options.knownDifferences?.flatMap((difference) => difference.cases));
  const wanted = implementationsFor(set, release);

  describe(`${set} vectors`, () => {
    it(`are at least ${options.atLeast}`, () => {
      expect(names.length).toBeGreaterThanOrEqual(options.atLeast);
    });
    for (const name of names) {
      const vector = loadCase(set, name);
      const { implementations } = vector.settings;
      const runs = (implementation: 'source' | 'dist' | 'native') =>
        wanted.includes(implementation) && (implementations?.includes(implementation) ?? true);
      const { rejects, beyond } = vector.settings;
      const partial = rejects !== undefined || beyond !== undefined;
      const check = (outcome: Outcome) =>
        checkOutcome(vector.settings, unpackCase(packCase(set, name)).expected, outcome);
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
          const outcome = runInFolder(vector, nativeCommands(nativeTree(release) ?? ''));
          if (!partial) check(outcome);
          else expect({ upstream: outcome.end }).toEqual(loadRecording(vector));
        });
      }
    }
  });
}

/** What is run, of what STAGE0_IMPLEMENTATIONS asks for. */
function implementationsFor(set: string, release: string | undefined): readonly string[] {
  const wanted = (process.env['STAGE0_IMPLEMENTATIONS'] ?? 'source').split(',');
  if (release === undefined) return wanted;
  const missing = wanted.includes('native') && nativeTree(release) === undefined;
  if (missing) {
    const why = `STAGE0_RELEASES names no folder with a built ${release}`;
    console.warn(`\n*** DID NOT RUN: ${set} (native). ${why}. ***\n`);
  }
  return wanted.filter((one) => one === 'source' || (one === 'native' && !missing));
}
