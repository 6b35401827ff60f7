// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * The fuzzer: for each seed one program, run by ours and by upstream's; a program on which they
 * differ is reduced while they still differ.
 */
import type { Program } from '@stage0-ts/host';
import { TOOLS } from '@stage0-ts/stage0';
import {
  type Command,
  type Outcome,
  runInFolder,
  runInMemory,
  type VectorCase,
} from '@stage0-ts/vectors/run';
import * as fc from 'fast-check';
import { difference, faultOfFailure } from './compare.ts';
import { errorMessage, knownDifferences } from './known-differences.ts';
import type { Language } from './language.ts';
import { content, sameContent } from './peers.ts';

/**
 * Time limit for upstream's program in milliseconds: a hundred times more than any program that
 * ends needs.
 */
const MAX_RUN_MILLISECONDS = 700;
/** Milliseconds after which upstream's program counts as hanging if ours succeeds. */
const MAX_LAST_RUN_MILLISECONDS = 10_000;
const MAX_SHRINKING_MILLISECONDS = 20_000;

export interface FuzzOptions {
  /** How many programs. The seeds count upwards from `seed`. */
  readonly count: number;
  readonly seed: number;
  /**
   * Upstream's binaries. Without them ours runs twice, and must give the same result or clean
   * error.
   */
  readonly native?: ((tool: string) => Command) | undefined;
  /** Called for each find. */
  readonly onFind?: (find: Find) => void;
  readonly onProgress?: (done: number) => void;
}

/** A reduced program on which something is wrong. */
export interface Find {
  readonly seed: number;
  readonly what: string;
  readonly program: VectorCase;
}

export interface Summary {
  readonly programs: number;
  /** How many programs upstream (or, without it, ours) accepted. */
  readonly accepted: number;
  /** How many programs each known difference explains. */
  readonly explained: ReadonlyMap<string, number>;
  readonly finds: readonly Find[];
}

/** The verdict on one program. */
interface Verdict {
  readonly accepted: boolean;
  readonly explained?: string;
  readonly wrong?: string;
}

/** Run `count` programs of the language. */
export function fuzz(language: Language, options: FuzzOptions): Summary {
  const known = knownDifferences(language.other?.tool ?? language.name);
  const explained = new Map<string, number>();
  const finds: Find[] = [];
  let accepted = 0;
  for (let seed = options.seed; seed < options.seed + options.count; seed++) {
    const { verdict, find } = oneProgram(language, seed, known, options.native);
    if (verdict.accepted) accepted++;
    const name = verdict.explained;
    if (name !== undefined) explained.set(name, (explained.get(name) ?? 0) + 1);
    if (find !== undefined) {
      finds.push(find);
      options.onFind?.(find);
    }
    options.onProgress?.(seed - options.seed + 1);
  }
  return { programs: options.count, accepted, explained, finds };
}

function oneProgram(
  language: Language,
  seed: number,
  known: ReadonlyMap<string, string>,
  native: FuzzOptions['native'],
): { verdict: Verdict; find: Find | undefined } {
  let first: Verdict | undefined;
  let what = '';
  const property = fc.property(language.cases, (program) => {
    const verdict = judge(program, language, known, native);
    first ??= verdict;
    if (verdict.wrong === undefined) return true;
    what = verdict.wrong;
    return false;
  });
  const limits = {
    interruptAfterTimeLimit: MAX_SHRINKING_MILLISECONDS,
    markInterruptAsFailure: false,
  };
  const result = fc.check(property, { seed, numRuns: 1, ...limits });
  const verdict = first ?? { accepted: false };
  if (verdict.wrong === undefined) return { verdict, find: undefined };
  const [program] = result.counterexample ?? [];
  if (program === undefined) throw new Error(`${language.name}, seed ${seed}: ${verdict.wrong}`);
  return { verdict, find: { seed, what, program } };
}

/** Run one program and compare the outcomes. */
function judge(
  program: VectorCase,
  language: Language,
  known: ReadonlyMap<string, string>,
  native: FuzzOptions['native'],
): Verdict {
  const ours = runOurs(program, language);
  if (typeof ours === 'string') return { accepted: false, wrong: ours };
  if (native === undefined) return judgeAlone(program, language, ours);
  const upstream = withItsFailures(runUpstream(program, native, ours), language);
  const accepted = upstream.end === 0;
  const wrong = difference(upstream, ours, language.failuresLeaveOutput);
  if (wrong === undefined) return { accepted };
  const refused = accepted && ours.end !== 0;
  const explained =
    (refused ? knownRefusal(ours.stderr, language, known) : undefined) ??
    explainedByPeer(program, language, ours, accepted);
  if (explained === undefined) return { accepted, wrong };
  const untidy = ours.end === 0 || language.failuresLeaveOutput ? undefined : faultOfFailure(ours);
  return untidy === undefined ? { accepted, explained } : { accepted, wrong: untidy };
}

/**
 * The known difference that explains a refusal of ours. The `rejects` of a case is the beginning of
 * a message.
 */
function knownRefusal(
  stderr: string,
  { knownRefusals = [] }: Language,
  known: ReadonlyMap<string, string>,
): string | undefined {
  const message = errorMessage(stderr);
  const [, name] = [...known].find(([start]) => message.startsWith(start)) ?? [];
  return name ?? knownRefusals.find(([pattern]) => pattern.test(message))?.[1];
}

/**
 * True if ours agrees with the format's own program: both reject the input, or both make the same
 * output.
 */
function explainedByPeer(
  program: VectorCase,
  { peer }: Language,
  ours: Outcome,
  accepted: boolean,
): string | undefined {
  if (peer === undefined) return undefined;
  const theirs = peer(program);
  if (theirs === 'no judge') return accepted && ours.end === 0 ? undefined : theirs;
  if (ours.end !== 0) return theirs === undefined ? 'refused by the peer too' : undefined;
  const same = theirs !== undefined && sameContent(theirs, content(ours.changes));
  return same ? 'as the peer has it' : undefined;
}

/** Upstream's outcome; a failure that it only prints counts as a failure. */
function withItsFailures(upstream: Outcome, { failurePattern }: Language): Outcome {
  const failed = failurePattern?.test(upstream.stdout + upstream.stderr) ?? false;
  return failed && upstream.end === 0
    ? { ...upstream, end: 'a failure that it speaks of' }
    : upstream;
}

/**
 * Without upstream: ours must succeed, or fail with a clean error, and do the same a second time.
 */
function judgeAlone(program: VectorCase, language: Language, ours: Outcome): Verdict {
  const accepted = ours.end === 0;
  const again = runOurs(program, language);
  if (typeof again === 'string') return { accepted, wrong: again };
  const changed = difference({ ...ours, end: 0 }, { ...again, end: 0 }, true);
  if (changed !== undefined || again.end !== ours.end)
    return { accepted, wrong: `twice: ${changed}` };
  const wrong = accepted || language.failuresLeaveOutput ? undefined : faultOfFailure(ours);
  return wrong === undefined ? { accepted } : { accepted, wrong };
}

/** The outcome, or the error that our program threw. */
function runOurs(program: VectorCase, language: Language): Outcome | string {
  try {
    const ours = language.other?.program ?? (TOOLS[language.name] as Program);
    return runInMemory(program, ours, TOOLS);
  } catch (error) {
    return `ours throws ${error instanceof Error ? error.stack : String(error)}`;
  }
}

function runUpstream(
  program: VectorCase,
  native: (tool: string) => Command,
  ours: Outcome,
): Outcome {
  const outcome = runInFolder(program, native, MAX_RUN_MILLISECONDS);
  const suspicious = outcome.end === 'hang' && ours.end === 0;
  return suspicious ? runInFolder(program, native, MAX_LAST_RUN_MILLISECONDS) : outcome;
}
