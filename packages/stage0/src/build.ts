// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * A build: a tree and an engine → the files that the tree's own kaem scripts make, and verdicts on them.
 *
 * The recipe is the tree's `kaem.<arch>`, run as upstream runs it: by its seed shell, or by our port of that.
 */
import { ToolError } from '@stage0-ts/diagnostics';
import type { MemoryFiles } from '@stage0-ts/host/memory';
import { type Artifact, collectArtifacts, readAnswers } from './artifacts.ts';
import { PORTS } from './engines.ts';
import { type RunOptions, type RunResult, runScript } from './run.ts';

export interface BuildOptions
  extends Pick<RunOptions, 'engine' | 'keepGoing' | 'onEvent' | 'record' | 'now' | 'stdout'> {
  /** Which `kaem.<arch>` and `<arch>.answers` of the tree are used. Default: `x86`. */
  readonly arch?: string;
}

export interface BuildResult extends RunResult {
  readonly arch: string;
  readonly engine: string;
  readonly artifacts: readonly Artifact[];
  /** True when the script succeeded, nothing failed on the way, and every expected digest matches. */
  readonly ok: boolean;
}

/** Where upstream keeps the shell that starts everything. */
const SEED_SHELLS: Readonly<Record<string, string>> = {
  x86: './bootstrap-seeds/POSIX/x86/kaem-optional-seed',
};

/**
 * Build the tree in `files`, which is changed by it. The tree's root is the root of the world and the
 * working directory; the environment is empty.
 *
 * Throws ToolError when the tree has no script or no answers for the architecture.
 */
export function build(files: MemoryFiles, options: BuildOptions = {}): BuildResult {
  const arch = options.arch ?? 'x86';
  const engine = options.engine ?? PORTS;
  const script = `kaem.${arch}`;
  if (files.find(`/${script}`)?.kind !== 'file') {
    throw new ToolError(`the tree has no ${script}`, { code: 'no-script' });
  }
  const answers = files.find(`/${arch}.answers`);
  if (answers?.kind !== 'file') {
    throw new ToolError(`the tree has no ${arch}.answers`, { code: 'no-answers' });
  }
  const expected = readAnswers(answers.bytes);
  const seed = engine.runsBinaries ? seedShell(files, arch) : undefined;
  const shell = seed === undefined ? {} : { shellPath: seed };
  const result = runScript(files, { ...options, ...shell, script });
  const artifacts = collectArtifacts(files, result.written, expected);
  const ok =
    result.status === 0 &&
    result.failures.length === 0 &&
    artifacts.every(({ verdict }) => verdict === 'match' || verdict === 'unlisted');
  return { ...result, arch, engine: engine.name, artifacts, ok };
}

/** The tree's own first shell, if it has one. */
function seedShell(files: MemoryFiles, arch: string): string | undefined {
  const path = SEED_SHELLS[arch];
  return path !== undefined && files.find(path.slice(1))?.kind === 'file' ? path : undefined;
}
