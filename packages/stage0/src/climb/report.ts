// SPDX-License-Identifier: GPL-3.0-or-later
/** What a climb reached, as data and as sentences. */
import { visible } from '@stage0-ts/diagnostics';
import { packageLabel } from './manifest.ts';
import { isAsPublished, type PublishedFile } from './published.ts';
import type { AcceptedSource } from './sources.ts';

/** A package that was built, or the part of the climb before the first. */
export interface PackageReport {
  readonly name: string;
  /** Which build of the package this is; 1 for the parts before the first package. */
  readonly pass: number;
  /** Programs that were started for it. */
  readonly steps: number;
  /** Wall time. */
  readonly milliseconds: number;
  /** The files with a published digest, as they were at the end of the package. */
  readonly published: readonly PublishedFile[];
}

/** What the last sentence needs. */
export interface ClimbFacts {
  readonly engine: string;
  readonly packages: readonly PackageReport[];
  readonly accepted: readonly AcceptedSource[];
  /** So many of the packages were built before, and come from a saved world. */
  readonly resumed: number;
  /** Did the machine round what processors do not round alike? */
  readonly rounds?: boolean;
}

/** `mes-0.27.1: 13 of 13 published digests, 61 steps, 402.1 s`. */
export function packageLine({ name, pass, published, steps, milliseconds }: PackageReport): string {
  const right = published.filter(isAsPublished).length;
  const digests =
    published.length === 0
      ? 'no published digest'
      : `${right} of ${published.length} published digests`;
  return `${packageLabel({ name, pass })}: ${digests}, ${steps} steps, ${(milliseconds / 1000).toFixed(1)} s`;
}

/** The files of a package that are not as published, a line each. */
export function wrongLines({ published }: PackageReport): string[] {
  return published
    .filter((file) => !isAsPublished(file))
    .map(
      ({ path, published: expected, actual }) =>
        `  ${visible(path)}: ${actual ?? 'missing'}, and published is ${expected}`,
    );
}

/** True if every published digest was met. */
export function allAsPublished({ packages }: Pick<ClimbFacts, 'packages'>): boolean {
  return packages.every(({ published }) => published.every(isAsPublished));
}

/** What was reached, and what it rests on: a sentence, and a line for each accepted archive. */
export function climbSentence(facts: ClimbFacts): string {
  const { packages, accepted, engine, resumed, rounds } = facts;
  const all = packages.flatMap(({ published }) => published);
  const right = all.filter(isAsPublished).length;
  const last = packages.at(-1);
  const where = last === undefined ? 'nothing was built' : `climbed to ${packageLabel(last)}`;
  const digests = `${right} of ${all.length} published digests`;
  const verdict = allAsPublished(facts) ? 'ok' : 'DIFFERS';
  const saved = resumed === 0 ? '' : `; ${resumedClause(packages[resumed - 1])}`;
  const rounded = rounds === true ? `; ${ROUNDED}` : '';
  const rest = `${restsOn(engine)}${rounded}${saved}${acceptedClause(accepted)}`;
  return `${verdict}: ${where}, ${digests}; ${rest}`;
}

const ROUNDED =
  'logarithms that programs let the processor compute were rounded as ours, with --round-functions';

function resumedClause(last: PackageReport | undefined): string {
  const label = last === undefined ? 'its start' : packageLabel(last);
  return `what came before and up to ${label} is that of the saved world`;
}

const RESTS_ON: Readonly<Record<string, string>> = {
  ports:
    'our ports did the work of the seeds and of every tool of stage0, and what these built ran in ' +
    'our machine',
  i386: "the tree's own seeds and all that came from them ran in our machine",
  diverse:
    'no program that came with the tree ran: our ports of the hand-written tools and our M2-Planet ' +
    'began, and all else descends from these',
  exact:
    'no program that came with the tree ran: our ports of the hand-written tools and of cc_x86 ' +
    'began, and all else descends from these',
};

/** What did the work, for an engine. */
export function restsOn(engine: string): string {
  return `${RESTS_ON[engine] ?? `the engine was ${engine}`}, on the archives of the sources`;
}

/** A line each, as there can be many. */
function acceptedClause(accepted: readonly AcceptedSource[]): string {
  if (accepted.length === 0) return '';
  const count =
    accepted.length === 1
      ? '1 archive is another than the published one'
      : `${accepted.length} archives are others than the published ones`;
  const lines = accepted.map(
    ({ name, sha256, published }) => `\n  ${name}: ${sha256}, and published is ${published}`,
  );
  return `; ${count}, accepted by you:${lines.join('')}`;
}
