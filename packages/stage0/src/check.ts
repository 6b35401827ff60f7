// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * The cross-check: one tree, two engines → whether every process leaves the same files in both worlds.
 *
 * Diverse double-compiling (Wheeler 2009): the ports are one independent implementation of every tool, the
 * tree's own binaries another. When both agree on each file that each process leaves, a trap in either would
 * have to be in both. As a second step, the compiler binary that the first engine built rebuilds itself.
 */

import { encodeUtf8 } from '@stage0-ts/bytes';
import type { MemoryFiles } from '@stage0-ts/host/memory';
import { sha256Hex } from '@stage0-ts/mescc-tools-extra';
import { type BuildOptions, type BuildResult, build } from './build.ts';
import { type Divergence, firstArtifact, firstDivergence } from './compare.ts';
import type { NamedEngine } from './engines.ts';
import { rebuildCompiler, type SelfRebuild } from './self-rebuild.ts';
import type { ProcessRecord, RunEvent } from './watch.ts';

export interface CheckOptions
  extends Pick<BuildOptions, 'arch' | 'now' | 'script' | 'directory' | 'environment' | 'shell'> {
  readonly engines: readonly [NamedEngine, NamedEngine];
  /** Told of what happens, with the engine that it happens in. */
  readonly onEvent?: (engine: string, event: RunEvent) => void;
  /** Told of each process of Wheeler's step before it runs. */
  readonly onRebuild?: (process: ProcessRecord) => void;
}

/** A build and the wall time that it took, in milliseconds; 0 without a clock. */
export type TimedBuild = BuildResult & { readonly milliseconds: number };

export interface CheckResult {
  readonly arch: string;
  readonly engines: readonly [string, string];
  readonly builds: readonly [TimedBuild, TimedBuild];
  /** The tree as the first engine left it. */
  readonly files: MemoryFiles;
  /** undefined when every process agrees. */
  readonly divergence: Divergence | undefined;
  /** Wheeler's step; undefined where no engine runs binaries or the tree has no such compiler. */
  readonly selfRebuild: SelfRebuild | undefined;
  /** True when nothing diverges, both builds are right, and the compiler reproduces itself. */
  readonly ok: boolean;
}

/**
 * Build the tree with both engines and compare. `load` gives a fresh copy of the tree at each call.
 * Throws ToolError for what `build` throws.
 */
export function check(load: () => MemoryFiles, options: CheckOptions): CheckResult {
  const [first, second] = options.engines;
  const clock = options.now ?? (() => 0);
  const run = (engine: NamedEngine): readonly [TimedBuild, MemoryFiles] => {
    const files = load();
    const onEvent = (event: RunEvent) => options.onEvent?.(engine.name, event);
    const start = clock();
    const result = build(files, { ...options, engine, record: true, onEvent, now: clock });
    return [{ ...result, milliseconds: clock() - start }, files];
  };
  const [left, files] = run(first);
  const [right] = run(second);
  const names = [first.name, second.name] as const;
  const hidden = first.hidesProcesses || second.hidesProcesses;
  const divergence = hidden
    ? firstArtifact(left, right, names)
    : firstDivergence(left.processes, right.processes, names);
  const machine = options.engines.find(({ runsBinaries }) => runsBinaries);
  const selfRebuild =
    machine === undefined
      ? undefined
      : rebuildCompiler(files, left.processes, machine, options.onRebuild);
  const ok =
    divergence === undefined &&
    left.ok &&
    right.ok &&
    (selfRebuild === undefined || selfRebuild.same);
  const builds = [left, right] as const;
  return { arch: left.arch, engines: names, builds, files, divergence, selfRebuild, ok };
}

/** Digest over the paths, modes and contents of all files: names a tree, however it was packed. */
export function treeDigest(files: MemoryFiles): string {
  const lines = [...files.files()].map(
    ([path, node]) => `${sha256Hex(node.bytes)} ${node.mode.toString(8)} ${path}\n`,
  );
  return sha256Hex(encodeUtf8(lines.join('')));
}
