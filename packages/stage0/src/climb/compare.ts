// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * The worlds of two climbs → what differs, and one sentence.
 *
 * Every name is compared: its kind, its mode, its content. What the first compiler of a diverse
 * climb makes differs by design, up to the first M2-Planet; the report says so. Times are not
 * compared, as a clock counts what a process asks, and ports ask other things than programs.
 */
import { ToolError, visible } from '@stage0-ts/diagnostics';
import { packageLabel } from './manifest.ts';
import type { PackageReport } from './report.ts';
import type { WorldDocument, WorldEntry } from './world.ts';

/** A saved world, as far as a comparison needs it. */
export interface ComparedWorld {
  readonly document: Pick<WorldDocument, 'engine' | 'layout' | 'accepted' | 'packages'>;
  readonly entries: readonly WorldEntry[];
}

export interface WorldComparison {
  /** Names that both have and that are equal. */
  readonly equal: number;
  /** Absolute paths that differ by design. */
  readonly byDesign: readonly string[];
  readonly differences: readonly WorldDifference[];
  readonly sentence: string;
}

export interface WorldDifference {
  /** Absolute path. */
  readonly path: string;
  readonly message: string;
}

/** Throws ToolError if the two did not climb the same, or not equally far. */
export function compareWorlds(left: ComparedWorld, right: ComparedWorld): WorldComparison {
  requireSameClimb(left, right);
  const names = [left.document.engine, right.document.engine] as const;
  const others = new Map(right.entries.map((entry) => [entry.path, entry]));
  const differences: WorldDifference[] = [];
  const byDesign: string[] = [];
  let equal = 0;
  for (const a of left.entries) {
    const b = others.get(a.path);
    others.delete(a.path);
    const message = b === undefined ? `only ${names[0]} has it` : difference(a, b);
    if (a.otherCode === true || b?.otherCode === true) byDesign.push(a.path);
    else if (message === undefined) equal++;
    else differences.push({ path: a.path, message });
  }
  for (const { path, otherCode } of others.values()) {
    if (otherCode === true) byDesign.push(path);
    else differences.push({ path, message: `only ${names[1]} has it` });
  }
  const facts = { equal, byDesign, differences };
  return { ...facts, sentence: sentenceOf(facts, left, names) };
}

function requireSameClimb({ document: a }: ComparedWorld, { document: b }: ComparedWorld): void {
  const labels = (packages: readonly PackageReport[]) => packages.map(packageLabel).join(' ');
  const refuse = (message: string) => {
    throw new ToolError(`these climbs cannot be compared: ${message}`, { code: 'other-world' });
  };
  if (a.layout !== b.layout) refuse('they began with different trees');
  if (labels(a.packages) === labels(b.packages)) return;
  refuse(`one reached ${lastOf(a.packages)}, the other ${lastOf(b.packages)}`);
}

function lastOf(packages: readonly PackageReport[]): string {
  const last = packages.at(-1);
  return last === undefined ? 'nothing' : packageLabel(last);
}

function difference(a: WorldEntry, b: WorldEntry): string | undefined {
  if (a.kind !== b.kind) return `a ${a.kind}, and a ${b.kind}`;
  if (a.sameAs !== b.sameAs) return 'another file with this name too';
  if (a.target !== b.target) return 'a link to another place';
  if (a.sha256 !== b.sha256) return `${a.sha256}, and ${b.sha256}`;
  if (a.mode === b.mode) return undefined;
  return `mode ${a.mode?.toString(8)}, and ${b.mode?.toString(8)}`;
}

function sentenceOf(
  facts: Omit<WorldComparison, 'sentence'>,
  { document }: ComparedWorld,
  [a, b]: readonly [string, string],
): string {
  const { equal, byDesign, differences } = facts;
  const last = lastOf(document.packages);
  const design =
    byDesign.length === 0
      ? ''
      : `; ${byDesign.length} files are other code by design, of the first compiler`;
  if (differences.length > 0) {
    const [first] = differences as [WorldDifference];
    return `DIFFERS: ${a} and ${b} climbed to ${last}, and ${differences.length} names are not equal, the first ${visible(first.path)}: ${first.message}${design}`;
  }
  return `ok: ${a} and ${b} climbed to ${last} and made the same: ${equal} names with equal kind, mode and content${design}`;
}
