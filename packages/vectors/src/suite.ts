// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * One suite for any implementation of a tool.
 *
 * STAGE0_IMPLEMENTATIONS lists what is run: `source` (default: our program in memory), `dist` (our
 * built program in a real folder), `native` (upstream's binaries of the tree that STAGE0_NATIVE
 * names). Another release has no built command of ours; its tree is in the folder that
 * STAGE0_RELEASES names, under its number.
 */
import type { Program } from '@stage0-ts/host';
import { describe, expect, it } from 'vitest';
import type { Outcome, Recording, VectorCase } from './case.ts';
import { checkOutcome } from './check.ts';
import { builtCommands, nativeCommands, nativeTree } from './commands.ts';
import { listCases, loadCase, loadExpected, loadRecording } from './load.ts';
import { runInChild } from './run-in-child.ts';
import { runInFolder } from './run-in-folder.ts';
import { runInMemory } from './run-in-memory.ts';

export interface SuiteOptions {
  /**
   * Set for another release or commit, whose cases are in `TOOL-RELEASE`. Default: 1.9.1, in
   * `TOOL`.
   */
  readonly release?: string;
  /** Our programs that cases of this tool start, by upstream's names. */
  readonly programs?: Readonly<Record<string, Program>>;
  /** Cases that our port rejects although upstream exits 0: the package's known differences. */
  readonly knownDifferences?: readonly {
    readonly name: string;
    readonly cases: readonly string[];
  }[];
  /** Fail if there are fewer cases than this. */
  readonly atLeast: number;
}

/** How many cases of each tool are run by its command, as separate processes. */
const OWN_PROCESSES = 3;

/** Register a test for every case of `tool` and every implementation asked for. */
export function vectorSuite(tool: string, program: Program, options: SuiteOptions): void {
  const { release } = options;
  const set = release === undefined ? tool : `${tool}-${release}`;
  const names = listCases(set);
  const differing = new Set(options.knownDifferences?.flatMap((difference) => difference.cases));
  const wanted = implementationsFor(set, release);
  const built = new BuiltRuns(set, names);

  describe(`${set} vectors`, () => {
    it(`are at least ${options.atLeast}`, () => {
      expect(names.length).toBeGreaterThanOrEqual(options.atLeast);
    });
    for (const name of names) {
      const vector = loadCase(set, name);
      const { implementations } = vector.settings;
      const runs = (implementation: 'source' | 'dist' | 'native') =>
        wanted.includes(implementation) && (implementations?.includes(implementation) ?? true);
      const { rejects, acceptedByOursOnly } = vector.settings;
      const partial = rejects !== undefined || acceptedByOursOnly !== undefined;
      const check = (outcome: Outcome) =>
        checkOutcome(vector.settings, loadExpected(vector), outcome);
      it(`${name} is recorded; where ours does otherwise it is a known difference`, () => {
        const recording = loadRecording(vector);
        expect(recording, 'npm run vectors:record').toBeDefined();
        expect('upstream' in (recording as Recording)).toBe(partial);
        if (!partial) return;
        const { upstream } = recording as { upstream: unknown };
        expect(differing.has(vector.name)).toBe(acceptedByOursOnly !== undefined || upstream === 0);
      });
      if (runs('source')) {
        it(`${name} (source)`, () => check(runInMemory(vector, program, options.programs)));
      }
      if (runs('dist')) {
        it(`${name} (dist)`, async () => check(await built.run(vector, name)));
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

/**
 * Runs of our built program. Most of them are in one child process, which starts when the first of
 * them is needed. The first few cases have a process each.
 */
class BuiltRuns {
  private readonly set: string;
  private readonly inChild: readonly string[];
  private outcomes: Promise<Map<string, Outcome>> | undefined;

  constructor(set: string, names: readonly string[]) {
    this.set = set;
    this.inChild = names.slice(OWN_PROCESSES).filter((name) => {
      const { implementations } = loadCase(set, name).settings;
      return implementations?.includes('dist') ?? true;
    });
  }

  async run(vector: VectorCase, name: string): Promise<Outcome> {
    if (!this.inChild.includes(name)) return runInFolder(vector, builtCommands());
    this.outcomes ??= runInChild(this.set, this.inChild);
    return (await this.outcomes).get(name) as Outcome;
  }
}

/** The implementations to run, of those that STAGE0_IMPLEMENTATIONS names. */
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
