// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * A tree → what is built beside its own programs to check it, and why.
 *
 * Our ports are the tools of two releases. Where a tree has the sources of these, every file can be compared. Where it has
 * others, a port may do something else than the tree's tool and be right: there the diverse build is compared.
 */
import type { MemoryFiles } from '@stage0-ts/host/memory';
import { unfollowedTools } from './followed-sources.ts';
import { followedReleases } from './upstream.ts';

export interface Choice {
  readonly engine: 'ports' | 'diverse';
  /** A sentence for the report, without its full stop. */
  readonly why: string;
  /** Tools whose sources are not those that our ports follow. */
  readonly unfollowed: readonly string[];
}

/** What was looked at is the tree before a build. */
export function chooseEngine(files: MemoryFiles): Choice {
  const unfollowed = unfollowedTools(files);
  if (unfollowed === undefined) {
    const why =
      'our ports, by the names of the programs: the tree has none of the sources of a stage0-posix release';
    return { engine: 'ports', why, unfollowed: [] };
  }
  if (unfollowed.length === 0) {
    const why = `our ports: the sources of all tools are those of ${followedReleases()}, which they follow`;
    return { engine: 'ports', why, unfollowed };
  }
  const names = unfollowed.join(', ');
  const why = `the diverse build: the sources of ${names} are not those of ${followedReleases('or')}, which our ports follow`;
  return { engine: 'diverse', why, unfollowed };
}
