// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * The cross-check: one tree, two engines → whether both builds agree, and the evidence for it.
 *
 * Diverse double-compiling (Wheeler 2009): the ports are one independent implementation of every
 * tool, the tree's own binaries another. When both agree on each file that each process leaves, a
 * trap in either would have to be in both. As a second step, the compiler binary that the first
 * engine built rebuilds itself. docs/threat-model.md says who could try to get an undeserved
 * "agree", and what is done about it.
 */
import type { MemoryFiles } from '@stage0-ts/host/memory';
import { type BuildOptions, build, type TimedBuild } from './build.ts';
import { type Divergence, type FinishedBuild, findDivergence } from './compare.ts';
import type { NamedEngine } from './engines.ts';
import { type AgainstResult, compareAgainst, type ForeignBuild } from './foreign-build.ts';
import { type OtherFile, otherFiles } from './other-code.ts';
import type { ProcessRecord } from './records.ts';
import { rebuildCompiler, type SelfRebuild } from './self-rebuild.ts';
import { type Coverage, coverageOf, type TrustedBinary, trustedBinaries } from './trust.ts';
import { type CheckVerdict, judge } from './verdict.ts';
import type { RunEvent } from './watch.ts';

export interface CheckOptions
  extends Pick<
    BuildOptions,
    'arch' | 'now' | 'script' | 'directory' | 'environment' | 'shell' | 'shouldStop'
  > {
  readonly engines: readonly [NamedEngine, NamedEngine];
  /** Paths, in the tree, of binaries that the caller trusts. Default: none. */
  readonly trust?: readonly string[];
  /** Accept that a part is not compared, and name it. Default: false. */
  readonly partial?: boolean;
  /** A build that was made elsewhere, to be compared as well. */
  readonly against?: ForeignBuild;
  /** Called for each event, with the engine in which it happened. */
  readonly onEvent?: (engine: string, event: RunEvent) => void;
  /** Called for each process of Wheeler's step before it runs. */
  readonly onRebuild?: (process: ProcessRecord) => void;
}

export interface CheckResult {
  readonly arch: string;
  readonly engines: readonly [string, string];
  readonly builds: readonly [TimedBuild, TimedBuild];
  /** The tree as the first engine left it. */
  readonly files: MemoryFiles;
  /** undefined if every process agrees, and so do the trees at the end. */
  readonly divergence: Divergence | undefined;
  /** Wheeler's step; undefined where no engine runs binaries or the tree has no such compiler. */
  readonly selfRebuild: SelfRebuild | undefined;
  /** Files whose code differs between the two builds by design. */
  readonly otherCode: readonly OtherFile[];
  /** Binaries that came with the tree and were used. */
  readonly trusted: readonly TrustedBinary[];
  /** The number of processes in which something independent was compared. */
  readonly coverage: Coverage;
  readonly against: AgainstResult | undefined;
  readonly verdict: CheckVerdict;
  /** True when the verdict is "agree". */
  readonly ok: boolean;
}

/** One of the two builds of a check, finished. */
export interface CheckedBuild extends TimedBuild, FinishedBuild {
  /** Wheeler's step on what this build made. */
  readonly selfRebuild: SelfRebuild | undefined;
}

/**
 * Build the tree with both engines and compare. `load` gives a fresh copy of the tree at each call.
 * Throws ToolError for what `build` throws.
 */
export function check(load: () => MemoryFiles, options: CheckOptions): CheckResult {
  const [first, second] = options.engines;
  const rebuilder = rebuilderOf(first, second, options.arch);
  const left = buildForCheck(load(), first, options, first.hidesProcesses ? undefined : rebuilder);
  const right = buildForCheck(
    load(),
    second,
    options,
    first.hidesProcesses ? rebuilder : undefined,
  );
  return concludeCheck(left, right, options);
}

/**
 * The engine that runs binaries, and so lets the compiler rebuild itself; undefined if neither
 * engine does. For architectures other than x86, only this computer's kernel may run a compiler.
 */
export function rebuilderOf(
  first: NamedEngine,
  second: NamedEngine,
  arch = 'x86',
): NamedEngine | undefined {
  return [first, second].find(
    ({ runsBinaries, hidesProcesses }) => runsBinaries && (arch === 'x86' || hidesProcesses),
  );
}

/**
 * Make one of the builds in `files`, and change them; `rebuilder` lets its compiler rebuild itself.
 */
export function buildForCheck(
  files: MemoryFiles,
  engine: NamedEngine,
  options: Omit<CheckOptions, 'engines'>,
  rebuilder: NamedEngine | undefined,
): CheckedBuild {
  const clock = options.now ?? (() => 0);
  const onEvent = (event: RunEvent) => options.onEvent?.(engine.name, event);
  const start = clock();
  const result = build(files, { ...options, engine, record: true, onEvent, now: clock });
  const milliseconds = clock() - start;
  const selfRebuild =
    rebuilder && rebuildCompiler(files, result.processes, rebuilder, options.onRebuild);
  const hidden = engine.hidesProcesses === true;
  return { ...result, files, hidden, milliseconds, selfRebuild };
}

/** Compare two builds of one tree. */
export function concludeCheck(
  left: CheckedBuild,
  right: CheckedBuild,
  options: Pick<CheckOptions, 'trust' | 'partial' | 'against' | 'script'>,
): CheckResult {
  const engines = [left.engine, right.engine] as const;
  const seen = left.hidden ? right : left;
  const facts = {
    engines,
    builds: [left, right] as const,
    otherCode: otherFiles(left.processes),
    divergence: findDivergence(left, right, engines),
    selfRebuild: left.selfRebuild ?? right.selfRebuild,
    trusted: trustedBinaries([left, right], new Set(options.trust)),
    coverage: coverageOf(left, right),
    against: options.against && compareAgainst(seen, options.against),
    partial: options.partial ?? false,
    ownScript: options.script !== undefined,
  };
  const verdict = judge(facts);
  return { ...facts, arch: left.arch, files: seen.files, verdict, ok: verdict.kind === 'agree' };
}
