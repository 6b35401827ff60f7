// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * A build: a tree and an engine → the files that the tree's own kaem scripts make, and verdicts on
 * them.
 *
 * The recipe is the tree's `kaem.<arch>`, run as upstream runs it: by its seed shell, or by our
 * port of that shell. For a tree of another layout the options name the script and the shell that
 * runs it.
 */
import { ToolError } from '@stage0-ts/diagnostics';
import type { MemoryFiles } from '@stage0-ts/host/memory';
import { ARCHITECTURES, noScriptMessage, seedShellPath } from './architectures.ts';
import { type Artifact, collectArtifacts, isRight, readAnswers } from './artifacts.ts';
import { fittedTo, PORTS } from './engines.ts';
import { type RunOptions, type RunResult, runScript } from './run.ts';
import { type StandInUse, standInUses } from './stand-in-uses.ts';
import { adviceFor } from './tree-advice.ts';

export interface BuildOptions
  extends Pick<
    RunOptions,
    | 'engine'
    | 'keepGoing'
    | 'onEvent'
    | 'record'
    | 'now'
    | 'stdout'
    | 'directory'
    | 'environment'
    | 'shouldStop'
  > {
  /** Which `kaem.<arch>` and `<arch>.answers` of the tree are used. Default: `x86`. */
  readonly arch?: string;
  /**
   * A script to run instead of `kaem.<arch>`, relative to `directory`. The tree then needs no
   * answers.
   */
  readonly script?: string;
  /**
   * What runs `script`: `seed`, the tree's seed shell (or our port if the tree has none), or our
   * port of the given name. Default: `kaem-minimal`. `kaem.<arch>` is always run by the seed shell.
   */
  readonly shell?: 'seed' | 'kaem-minimal' | 'kaem';
}

export interface BuildResult extends RunResult {
  readonly arch: string;
  readonly engine: string;
  readonly artifacts: readonly Artifact[];
  /**
   * Tools whose work was done by something other than their own port, in the order of first use.
   */
  readonly standIns: readonly StandInUse[];
  /**
   * True when the script succeeded, nothing failed on the way, and every expected digest matches.
   */
  readonly ok: boolean;
  /** When the script failed: what is probably wrong with the tree, and how to mend it. */
  readonly advice: readonly string[];
}

/** A build and the wall time that it took, in milliseconds; 0 without a clock. */
export type TimedBuild = BuildResult & { readonly milliseconds: number };

/**
 * Build the tree in `files`, and change it. The tree's root is the root of the world and, by
 * default, the working directory. The environment is that of the options, or empty.
 *
 * Throws ToolError when the tree has no script or no answers for the architecture, and says what to
 * do about it where that is known.
 */
export function build(files: MemoryFiles, options: BuildOptions = {}): BuildResult {
  const arch = options.arch ?? 'x86';
  const script = options.script ?? `kaem.${arch}`;
  const advice = () => {
    const given = options.script !== undefined && {
      script: script.startsWith('/') ? script : `${options.directory ?? ''}/${script}`,
    };
    return adviceFor(files, arch, { ...given });
  };
  try {
    const result = buildTree(files, arch, script, options);
    return { ...result, advice: result.status === 0 ? [] : advice() };
  } catch (error) {
    throw withAdvice(error, advice);
  }
}

/** The same error, with advice added. */
function withAdvice(error: unknown, advice: () => readonly string[]): unknown {
  if (!(error instanceof ToolError) || error.code === 'limit') return error;
  const { message, code, file } = error;
  const more = advice();
  if (more.length === 0 || error.frame !== undefined) return error;
  const text = [message, ...more].join('; ');
  return new ToolError(text, file === undefined ? { code } : { code, file });
}

function buildTree(
  files: MemoryFiles,
  arch: string,
  script: string,
  options: BuildOptions,
): Omit<BuildResult, 'advice'> {
  const given = options.engine ?? PORTS;
  const engine = fittedTo(given, files, arch);
  const expected = expectedDigests(files, arch, options.script);
  const shell = firstShell(files, arch, options);
  const machine = ARCHITECTURES.get(arch)?.machine;
  const { shell: _, ...others } = options;
  const result = runScript(files, {
    ...others,
    ...shell,
    ...(machine === undefined ? {} : { machine }),
    engine,
    script,
  });
  const artifacts = collectArtifacts(files, result.makers, expected);
  const ok = result.status === 0 && result.failures.length === 0 && artifacts.every(isRight);
  const standIns = standInUses(result.processes);
  return { ...result, arch, engine: engine.name, artifacts, standIns, ok };
}

/**
 * The digests that the tree's answers list. The caller's own script needs no answers; upstream's
 * must have them.
 */
function expectedDigests(
  files: MemoryFiles,
  arch: string,
  script: string | undefined,
): ReturnType<typeof readAnswers> {
  if (script === undefined && files.find(`/kaem.${arch}`)?.kind !== 'file') {
    throw new ToolError(noScriptMessage(arch), { code: 'no-script' });
  }
  const answers = files.find(`/${arch}.answers`);
  if (answers?.kind === 'file') return readAnswers(answers.bytes, `${arch}.answers`);
  if (script !== undefined) return new Map();
  throw new ToolError(`the tree has no ${arch}.answers`, { code: 'no-answers' });
}

/**
 * The shell of the first script: the tree's own if it is wanted and exists, otherwise one of our
 * ports.
 */
function firstShell(
  files: MemoryFiles,
  arch: string,
  { shell = 'kaem-minimal', script, directory = '/' }: BuildOptions,
): Pick<RunOptions, 'shell' | 'shellPath'> {
  if (script !== undefined && shell !== 'seed') return { shell };
  const path = seedShellPath(arch);
  if (path === undefined || files.find(path)?.kind !== 'file') return {};
  return { shellPath: directory === '/' ? `.${path}` : path };
}
