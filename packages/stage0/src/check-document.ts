// SPDX-License-Identifier: GPL-3.0-or-later
/** A cross-check as plain data, for `--json` and the HTML report. */
import { sha256Hex } from '@stage0-ts/mescc-tools-extra';
import type { AgainstResult } from './against.ts';
import type { Artifact } from './artifacts.ts';
import type { CheckResult } from './check.ts';
import { type Divergence, describeEnd } from './compare.ts';
import type { SelfRebuild } from './self-rebuild.ts';
import type { StandInRecord } from './stand-ins.ts';
import type { FileRecord, ProcessRecord } from './watch.ts';

export interface CheckDocument {
  readonly version: 1;
  /** Digest of the tree as it was, see treeDigest. */
  readonly tree: string;
  readonly arch: string;
  readonly engines: readonly [string, string];
  readonly ok: boolean;
  readonly divergence: Divergence | null;
  readonly selfRebuild: SelfRebuild | null;
  readonly against: AgainstResult | null;
  readonly processes: readonly ProcessDocument[];
  readonly artifacts: readonly ArtifactDocument[];
}

/** An artifact as the first engine made it, in the shape that a build's document has, and what the second made. */
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
  /** What did the first engine's work instead of the tool's own port, and why. */
  readonly standIn: StandInRecord | null;
  readonly argv: readonly string[];
  readonly directory: string;
  readonly inputs: readonly { readonly path: string; readonly sha256: string }[];
  /** Digests by engine; null where the file is gone at the process's end. */
  readonly outputs: readonly {
    readonly path: string;
    readonly size: number;
    readonly sha256: readonly [string | null, string | null];
  }[];
  readonly ends: readonly [string, string];
  readonly milliseconds: readonly [number, number];
}

/** Make the document. `tree` is the digest of the tree before the builds. */
export function checkDocument(
  result: CheckResult,
  tree: string,
  against: AgainstResult | null = null,
): CheckDocument {
  const [left, right] = result.builds;
  const digest = digester();
  const other = new Map(right.artifacts.map((artifact) => [artifact.path, artifact]));
  return {
    version: 1,
    tree,
    arch: result.arch,
    engines: result.engines,
    ok: result.ok && (against === null || against.differing.length === 0),
    divergence: result.divergence ?? null,
    selfRebuild: result.selfRebuild ?? null,
    against,
    processes: left.processes.map((process, at) =>
      processDocument(process, right.processes[at], digest),
    ),
    artifacts: left.artifacts.map((artifact) => {
      const { path, mode, sha256, expected } = artifact;
      const second = other.get(path)?.sha256 ?? '';
      const ok = sha256 === second && (expected === null || sha256 === expected);
      return { ...artifact, mode: mode.toString(8).padStart(4, '0'), second, ok };
    }),
  };
}

function processDocument(
  a: ProcessRecord,
  b: ProcessRecord | undefined,
  digest: (file: FileRecord | undefined) => string | null,
): ProcessDocument {
  const outputs = [...a.outputs].map(([path, file]) => ({
    path: path.slice(1),
    size: file?.bytes.length ?? 0,
    sha256: [digest(file), digest(b?.outputs.get(path))] as const,
  }));
  return {
    step: a.step,
    depth: a.depth,
    program: a.path.slice(1),
    tool: a.tool ?? null,
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

/** Each file is digested once, however many processes read it. */
function digester(): (file: FileRecord | undefined) => string | null {
  const known = new WeakMap<Uint8Array, string>();
  return (file) => {
    if (file === undefined) return null;
    const found = known.get(file.bytes) ?? sha256Hex(file.bytes);
    known.set(file.bytes, found);
    return found;
  };
}
