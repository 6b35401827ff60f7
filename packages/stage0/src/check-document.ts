// SPDX-License-Identifier: GPL-3.0-or-later
/** A cross-check as plain data, for `--json` and the HTML report. */

import { sha256Hex } from '@stage0-ts/mescc-tools-extra';
import { type Artifact, isRight } from './artifacts.ts';
import type { TimedBuild } from './build.ts';
import type { CheckResult } from './check.ts';
import { type Divergence, describeEnd } from './compare.ts';
import type { Nature } from './engines.ts';
import type { AgainstResult } from './foreign-build.ts';
import { releaseOf } from './known-releases.ts';
import type { OtherFile } from './other-code.ts';
import type { EntryRecord, ProcessRecord } from './records.ts';
import { describeFailures } from './report.ts';
import type { SelfRebuild } from './self-rebuild.ts';
import type { StandInRecord } from './stand-ins.ts';
import { type GivenDocument, givenDocument, type Subject } from './subject.ts';
import type { Coverage, TrustedBinary } from './trust.ts';
import type { CheckVerdict } from './verdict.ts';

export interface CheckDocument extends GivenDocument {
  readonly version: 2;
  readonly tool: string | null;
  readonly command: string | null;
  readonly choice: string | null;
  /** Digest of the tree before the builds, see treeDigest. */
  readonly tree: string;
  readonly layout: string | null;
  /** The published release that the archive or the tree is, if its digest is known. */
  readonly release: string | null;
  readonly arch: string;
  readonly engines: readonly [string, string];
  readonly ok: boolean;
  readonly verdict: CheckVerdict;
  readonly trusted: readonly TrustedBinary[];
  readonly coverage: Coverage;
  readonly builds: readonly [BuildSummary, BuildSummary];
  readonly divergence: Divergence | null;
  /** Files whose code differs between the two builds by design. */
  readonly otherCode: readonly OtherFile[];
  readonly selfRebuild: SelfRebuild | null;
  readonly against: AgainstResult | null;
  readonly processes: readonly ProcessDocument[];
  readonly artifacts: readonly ArtifactDocument[];
}

/** One of the two builds. */
export interface BuildSummary {
  readonly engine: string;
  /** Exit status of the script. */
  readonly status: number;
  readonly processes: number;
  /** Files that were made. */
  readonly made: number;
  /** Published digests that match, and all of them. */
  readonly matching: number;
  readonly published: number;
  readonly milliseconds: number;
  /** What failed, and what it printed. */
  readonly failures: string;
}

/**
 * An artifact as the first engine made it, in the shape that a build's document has, and what the
 * second made.
 */
export interface ArtifactDocument extends Omit<Artifact, 'mode'> {
  /** Octal. */
  readonly mode: string;
  /** Digest of what the second engine made; empty for a missing file. */
  readonly second: string;
  /** True when both engines agree, and with the expected digest if there is one. */
  readonly ok: boolean;
}

export interface ProcessDocument {
  readonly step: number;
  readonly depth: number;
  readonly program: string;
  readonly tool: string | null;
  /** What ran with each engine. */
  readonly natures: readonly [Nature, Nature | null];
  /** What the first engine ran instead of the tool's own port, and why. */
  readonly standIn: StandInRecord | null;
  readonly argv: readonly string[];
  readonly directory: string;
  readonly inputs: readonly { readonly path: string; readonly sha256: string }[];
  /**
   * What the process, or a process that it started, made or changed; `made` if it made it itself.
   * Digests by engine: `folder` for a folder, `link to TARGET` for a link, null for what no longer
   * exists when the process ends.
   */
  readonly outputs: readonly {
    readonly path: string;
    readonly made: boolean;
    /** Bytes of a file. */
    readonly size: number;
    readonly sha256: readonly [string | null, string | null];
  }[];
  readonly ends: readonly [string, string];
  readonly milliseconds: readonly [number, number];
}

/** Make the document. */
export function checkDocument(result: CheckResult, subject: Subject): CheckDocument {
  const [left, right] = result.builds;
  const digest = digester();
  const otherPaths = new Set(result.otherCode.map(({ path }) => path));
  const other = new Map(right.artifacts.map((artifact) => [artifact.path, artifact]));
  const { tree, tool, command, choice, layout } = subject;
  return {
    version: 2,
    tool: tool ?? null,
    command: command ?? null,
    choice: choice ?? null,
    ...givenDocument(subject),
    tree,
    layout: layout ?? null,
    release: releaseOf(subject.archive?.sha256 ?? '') ?? releaseOf(tree) ?? null,
    arch: result.arch,
    engines: result.engines,
    ok: result.ok,
    verdict: result.verdict,
    trusted: result.trusted,
    coverage: result.coverage,
    builds: [summaryOf(left), summaryOf(right)],
    divergence: result.divergence ?? null,
    otherCode: result.otherCode,
    selfRebuild: result.selfRebuild ?? null,
    against: result.against ?? null,
    processes: left.processes.map((process, at) =>
      processDocument(process, right.processes[at], digest),
    ),
    artifacts: left.artifacts.map((artifact) => {
      const { path, mode, sha256 } = artifact;
      const second = other.get(path)?.sha256 ?? '';
      const ok = (sha256 === second || otherPaths.has(path)) && isRight(artifact);
      return { ...artifact, mode: mode.toString(8).padStart(4, '0'), second, ok };
    }),
  };
}

function summaryOf(build: TimedBuild): BuildSummary {
  const { engine, status, processes, artifacts, makers, milliseconds } = build;
  const listed = artifacts.filter(
    ({ expected, verdict }) => expected !== null && verdict !== 'given',
  );
  return {
    engine,
    status,
    processes: processes.length,
    made: makers.size,
    matching: listed.filter(({ verdict }) => verdict === 'match').length,
    published: listed.length,
    milliseconds: Math.round(milliseconds),
    failures: describeFailures(build).trimEnd(),
  };
}

function processDocument(
  a: ProcessRecord,
  b: ProcessRecord | undefined,
  digest: (entry: EntryRecord | undefined) => string | null,
): ProcessDocument {
  const outputs = [...a.outputs].map(([path, entry]) => ({
    path: path.slice(1),
    made: a.made.has(path),
    size: entry?.kind === 'file' ? entry.bytes.length : 0,
    sha256: [digest(entry), digest(b?.outputs.get(path))] as const,
  }));
  return {
    step: a.step,
    depth: a.depth,
    program: a.path.slice(1),
    tool: a.tool ?? null,
    natures: [a.nature, b?.nature ?? null],
    standIn: a.standIn ?? null,
    argv: a.argv,
    directory: a.directory,
    inputs: [...a.inputs].map(([path, file]) => ({
      path: path.slice(1),
      sha256: digest(file) as string,
    })),
    outputs,
    ends: [describeEnd(a.end), b === undefined ? 'not started' : describeEnd(b.end)],
    milliseconds: [Math.round(a.milliseconds), Math.round(b?.milliseconds ?? 0)],
  };
}

/** Computes the digest of each file once, however many processes read the file. */
function digester(): (entry: EntryRecord | undefined) => string | null {
  const known = new WeakMap<Uint8Array, string>();
  return (entry) => {
    if (entry === undefined) return null;
    if (entry.kind !== 'file') return entry.kind === 'link' ? `link to ${entry.target}` : 'folder';
    const found = known.get(entry.bytes) ?? sha256Hex(entry.bytes);
    known.set(entry.bytes, found);
    return found;
  };
}
