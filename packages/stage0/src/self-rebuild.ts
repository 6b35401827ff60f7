// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * Wheeler's step: the compiler binary that was just built compiles, assembles and links its own
 * source again, and the result must be the same binary.
 *
 * No layout is assumed: the record of the run shows how the compiler was made. The last process
 * that left a binary called M2-Planet is followed back through its inputs to the M2-Planet that
 * compiled it; these processes are run again with the new binary in the compiler's place, in a copy
 * of the tree: the tree itself stays as the build left it.
 */
import { type MemoryFiles, MemoryHost } from '@stage0-ts/host/memory';
import { firstDifference } from './compare-trees.ts';
import type { NamedEngine } from './engines.ts';
import type { ProcessRecord } from './records.ts';
import { copyTree } from './tree.ts';

export interface SelfRebuild {
  /** Path of the binary in the tree. */
  readonly compiler: string;
  /** Command lines that were run again. */
  readonly commands: readonly string[];
  /** True when the rebuilt binary has the same bytes. */
  readonly same: boolean;
}

/**
 * Rebuild the compiler of `files`, a finished build, with an engine that runs binaries. `onStart`
 * is called for each process before it runs.
 */
export function rebuildCompiler(
  files: MemoryFiles,
  processes: readonly ProcessRecord[],
  engine: NamedEngine,
  onStart?: (process: ProcessRecord) => void,
): SelfRebuild | undefined {
  const backwards = [...processes].reverse();
  const link = backwards.find((process) => makes(process, 'M2-Planet'));
  if (link === undefined) return undefined;
  const compiler = [...link.made].find((path) => path.endsWith('/M2-Planet')) as string;
  const steps = ancestry(link, backwards);
  const before = files.get(compiler);
  if (before.kind !== 'file') return undefined;
  const world = copyTree(files);
  let succeeded = true;
  for (const step of steps) {
    onStart?.(step);
    const program = step.tool === 'M2-Planet' ? compiler : step.path;
    const host = new MemoryHost({
      files: world,
      engine: engine.run,
      currentDirectory: step.directory,
      environment: step.environment,
    });
    const end = host.run(program, step.argv, []);
    succeeded &&= end.kind === 'exited' && end.status === 0;
  }
  const after = world.get(compiler);
  const same = succeeded && after.kind === 'file' && firstDifference(before.bytes, after.bytes) < 0;
  return { compiler: compiler.slice(1), commands: steps.map(({ argv }) => argv.join(' ')), same };
}

function makes(process: ProcessRecord, name: string): boolean {
  return process.tool === 'hex2' && [...process.made].some((path) => path.endsWith(`/${name}`));
}

/**
 * The processes that made the inputs of `last`, from the compiler on, and `last` itself, in order.
 */
function ancestry(last: ProcessRecord, backwards: readonly ProcessRecord[]): ProcessRecord[] {
  const found = new Set([last]);
  const visit = (process: ProcessRecord): void => {
    if (process.tool === 'M2-Planet') return;
    for (const path of process.inputs.keys()) {
      if (path === process.path) continue; // the process's own program
      const maker = backwards.find((other) => other.step < process.step && other.made.has(path));
      if (maker === undefined || found.has(maker)) continue;
      found.add(maker);
      visit(maker);
    }
  };
  visit(last);
  return [...found].sort((a, b) => a.step - b.step);
}
