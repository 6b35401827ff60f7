// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * What a language is to the fuzzer: a name, and a supply of random programs for it, valid and
 * nearly valid.
 *
 * A program has the form of a case in test-vectors, so that the same runners run it and a find can
 * be moved there unchanged.
 */
import { encodeLatin1 } from '@stage0-ts/bytes';
import type { Program } from '@stage0-ts/host';
import type { CaseSettings, VectorCase } from '@stage0-ts/vectors/run';
import * as fc from 'fast-check';
import type { Peer } from './peers.ts';

/** A language of the bootstrap, under the name for `npm run fuzz -- NAME`. */
export interface Language {
  /** Upstream's name of the tool that reads it; for another release's language, `TOOL-RELEASE`. */
  readonly name: string;
  /**
   * Set for the language of another release or commit: the tool, which release, and our program for
   * it.
   */
  readonly other?: { readonly tool: string; readonly release: string; readonly program: Program };
  readonly cases: fc.Arbitrary<VectorCase>;
  /** True if the output of a failing run counts: shells' scripts may end by failing. */
  readonly failuresLeaveOutput: boolean;
  /** A command of the system that is needed to make programs. */
  readonly needs?: string;
  /** Another program for the format, which decides if upstream's and ours differ. */
  readonly peer?: Peer;
  /** Matches what upstream prints if it fails and still exits 0. */
  readonly failurePattern?: RegExp;
  /** Error messages that contain names, and the known difference for each. */
  readonly knownRefusals?: readonly (readonly [message: RegExp, knownDifference: string])[];
}

/** A case for `tool`. `files` are byte strings, by name. */
export function programCase(
  tool: string,
  files: Readonly<Record<string, string>>,
  settings: Omit<CaseSettings, 'about'>,
): VectorCase {
  const input = Object.entries(files).map(([name, text]) => [name, encodeLatin1(text)] as const);
  const about = `A program that the fuzzer of ${tool} made.`;
  return {
    name: `${tool}/fuzz`,
    tool,
    folder: '',
    settings: { about, ...settings },
    input: new Map(input),
  };
}

/** `often` nine times out of ten. */
export function mostly<T>(often: T, ...seldom: readonly T[]): fc.Arbitrary<T> {
  return fc.oneof(
    { weight: 9, arbitrary: fc.constant(often) },
    { weight: 1, arbitrary: fc.constantFrom(...seldom) },
  );
}

/** What exists under the output's name before the run: nothing, or a file with its own mode. */
export interface Existing {
  readonly files: Readonly<Record<string, string>>;
  readonly modes: Readonly<Record<string, string>>;
}

/** An output `out`, which usually does not exist yet. */
export const existingOutput: fc.Arbitrary<Existing> = fc.oneof(
  { weight: 9, arbitrary: fc.constant<Existing>({ files: {}, modes: {} }) },
  {
    weight: 1,
    arbitrary: fc
      .constantFrom('0644', '0755', '0600')
      .map((mode): Existing => ({ files: { out: 'old content\n' }, modes: { out: mode } })),
  },
);
