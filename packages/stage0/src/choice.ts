// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * A tree → the build that its own programs are compared with, and the reason for this choice.
 *
 * Our ports follow the tools of two releases. If a tree has the sources of these, every file can be
 * compared. If it has other sources, a port may differ from the tree's tool and still be right.
 * Then the tree's own C sources are built without its machine code: by our port of cc_x86 if it
 * follows the tree's cc_x86, so that again every file can be compared; otherwise by our M2-Planet
 * in its place.
 */
import type { MemoryFiles } from '@stage0-ts/host/memory';
import { compilerDialect } from './compiler-dialects.ts';
import { unfollowedTools } from './followed-sources.ts';
import { planetDialect } from './planet-dialects.ts';
import { followedReleases } from './upstream.ts';

export interface Choice {
  readonly engine: 'ports' | 'exact' | 'diverse';
  /** The engine to compare it with; undefined if none runs on every computer. */
  readonly partner: 'i386' | 'ports' | undefined;
  /** A sentence for the report, without its full stop. */
  readonly why: string;
  /** Tools whose sources are not those that our ports follow. */
  readonly unfollowed: readonly string[];
}

/** Looks at the tree before a build. */
export function chooseEngine(files: MemoryFiles, arch = 'x86'): Choice {
  const unfollowed = unfollowedTools(files);
  if (arch !== 'x86') return chooseForOther(arch, unfollowed);
  const partner = 'i386';
  if (unfollowed === undefined) {
    const why =
      'our ports, by the names of the programs: the tree has none of the sources of a stage0-posix release';
    return { engine: 'ports', partner, why, unfollowed: [] };
  }
  if (unfollowed.length === 0) {
    const newer = planetDialect(files);
    const ours = followedReleases();
    const sources =
      newer === undefined
        ? `the sources of all tools are those of ${ours}`
        : `the sources of M2-Planet are those of its commit ${newer}, all others those of ${ours}`;
    const why = `our ports: ${sources}, which they follow`;
    return { engine: 'ports', partner, why, unfollowed };
  }
  if (compilerDialect(files) !== undefined) {
    const why = `the exact build: ${notOurs(unfollowed)}, but our port of cc_x86 follows the tree's, and so makes its first M2`;
    return { engine: 'exact', partner, why, unfollowed };
  }
  const why = `the diverse build: ${notOurs(unfollowed)}`;
  return { engine: 'diverse', partner, why, unfollowed };
}

/**
 * Programs of other architectures do not run in our machine. So the diverse build is compared with
 * our ports, if these follow the tree's sources.
 */
function chooseForOther(arch: string, unfollowed: readonly string[] | undefined): Choice {
  if (unfollowed?.length === 0) {
    const why = `our ports: no program for ${arch} runs in our machine, so a build by the release's own tools, made from source for the i386, is compared with the ports'`;
    return { engine: 'diverse', partner: 'ports', why, unfollowed };
  }
  const source =
    unfollowed === undefined
      ? 'the tree has none of the sources of a stage0-posix release'
      : notOurs(unfollowed);
  const why = `${source}, and no program for ${arch} runs in our machine, so there is nothing to compare with but the published answers. stage0 build TREE --arch ${arch} --engine diverse makes the files from source and compares them with those; on a computer that runs such programs, check TREE --arch ${arch} --engines diverse,native compares with the tree's own tools`;
  return { engine: 'diverse', partner: undefined, why, unfollowed: unfollowed ?? [] };
}

function notOurs(unfollowed: readonly string[]): string {
  const names = unfollowed.join(', ');
  return `the sources of ${names} are not those of ${followedReleases('or')}, which our ports follow`;
}
