// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * Reports of a check that agree → the evidence that a statement is made of.
 *
 * Invariant: nothing in it depends on the computer or the time. Only files that are the same in
 * both builds are named; files that differ by design in a diverse build are left out.
 */
import type { ArtifactDocument, CheckDocument } from './check-document.ts';

/** A named thing and its SHA-256 in hexadecimal. */
interface Named {
  readonly name: string;
  readonly sha256: string;
}

/** What the caller knows and the reports do not. */
export interface EvidenceContext {
  /** What the caller accepted: the options that say so. */
  readonly accepted: readonly string[];
  /** Version of stage0-ts. */
  readonly version: string;
  readonly builder: string | undefined;
  readonly runtime: string | undefined;
}

/** Like `Evidence` of the package attest, on which this package does not depend. */
export interface CheckEvidence extends EvidenceContext {
  readonly files: readonly Named[];
  readonly tree: string;
  readonly nar: string | undefined;
  readonly archives: readonly Named[];
  readonly release: string | undefined;
  readonly architecture: string;
  readonly engines: readonly (readonly [string, string])[];
  readonly trusted: readonly (Named & {
    readonly size: number;
    readonly standing: string;
    readonly by: string;
  })[];
  readonly verdicts: readonly { readonly sentence: string; readonly notes: readonly string[] }[];
}

/** The evidence of these reports, which are about one tree. */
export function evidenceOf(
  reports: readonly [CheckDocument, ...CheckDocument[]],
  context: EvidenceContext,
): CheckEvidence {
  const [{ artifacts, tree, nar, archive, parts, release, arch, trusted }] = reports;
  return {
    ...context,
    files: artifacts.filter(isAlike).map(({ path, sha256 }) => ({ name: path, sha256 })),
    tree,
    nar: nar?.sha256,
    archives: [...(archive === null ? [] : [archive]), ...parts].map(({ name, sha256 }) => ({
      name: name.slice(name.lastIndexOf('/') + 1),
      sha256,
    })),
    release: release ?? undefined,
    architecture: arch,
    engines: reports.map(({ engines }) => engines),
    trusted: trusted.map(({ path, sha256, size, standing, by }) => ({
      name: path,
      sha256,
      size,
      standing,
      by,
    })),
    verdicts: reports.map(({ verdict: { sentence, notes } }) => ({ sentence, notes })),
  };
}

function isAlike({ sha256, second, verdict, ok }: ArtifactDocument): boolean {
  return ok && sha256 !== '' && sha256 === second && verdict !== 'given';
}
