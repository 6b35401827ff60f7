// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * One program, two outcomes: upstream's and ours → what they differ in, or nothing.
 *
 * Where upstream exits 0, status, standard output and every file with its mode must be the same.
 * Where it does not (an error, a crash, a hang), ours must fail too, with a clean error and no file
 * made or changed. A shell's script has done something before it fails, so there the output must be
 * the same too, unless upstream crashed.
 */
import type { Change, Outcome } from '@stage0-ts/vectors/run';

/**
 * The first line of a clean error: `file:line:column: error: …`, or `tool: error: …` if no place is
 * at fault.
 */
const CLEAN_ERROR = /^[^\n]*: error: [^\n]+\n/m;

/** What is wrong, in a sentence; undefined when nothing is. */
export function difference(
  upstream: Outcome,
  ours: Outcome,
  failuresLeaveOutput: boolean,
): string | undefined {
  if (upstream.end === 0) {
    return ours.end === 0 ? unlike(upstream, ours) : `upstream exits 0, ours ${ours.end}`;
  }
  if (ours.end === 0) return `upstream ends with ${upstream.end}, ours exits 0`;
  if (failuresLeaveOutput) {
    if (typeof upstream.end === 'string') return undefined;
    return upstream.end === ours.end
      ? unlike(upstream, ours)
      : `exit ${upstream.end}, ours ${ours.end}`;
  }
  return faultOfFailure(ours);
}

/** What is wrong with a run of ours that failed. */
export function faultOfFailure(ours: Outcome): string | undefined {
  if (!CLEAN_ERROR.test(ours.stderr)) return 'ours fails without an error message';
  const [changed] = ours.changes.keys();
  return changed === undefined ? undefined : `ours fails and leaves ${changed} changed`;
}

function unlike(upstream: Outcome, ours: Outcome): string | undefined {
  if (upstream.stdout !== ours.stdout) return 'standard output differs';
  for (const path of new Set([...upstream.changes.keys(), ...ours.changes.keys()])) {
    const [theirs, mine] = [upstream.changes.get(path), ours.changes.get(path)];
    if (describe(theirs) !== describe(mine)) return `${path} differs`;
  }
  return undefined;
}

/** A change as text: the text is equal if the change is. */
function describe(change: Change | undefined): string {
  if (change?.kind !== 'file') return JSON.stringify(change) ?? 'untouched';
  return `file ${change.mode} ${Buffer.from(change.bytes).toString('latin1')}`;
}
