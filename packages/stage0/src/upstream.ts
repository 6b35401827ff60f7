// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * The release of stage0-posix that our ports follow.
 *
 * The same as test-vectors/upstream.json, which is not in the published package;
 * test/upstream.test.ts holds the two together. docs/upstream.md says how the next release is
 * adopted.
 */
export interface UpstreamRelease {
  readonly release: string;
  /** The day of the tag. */
  readonly date: string;
  /** Older releases whose sources the ports follow as well. */
  readonly alsoFollowed: readonly string[];
  readonly archive: { readonly name: string; readonly sha256: string };
  /** The treeDigest of the archive's content. */
  readonly tree: string;
  /** Tool → the version that the tool prints. */
  readonly versions: Readonly<Record<string, string>>;
}

export const UPSTREAM: UpstreamRelease = {
  release: '1.9.1',
  date: '2025-08-17',
  alsoFollowed: ['1.9.0'],
  archive: {
    name: 'stage0-posix-1.9.1.tar.gz',
    sha256: 'f4fdda675de90ab034fd3467ef43cddff61b3d372f8e0e5c2d25d145f224226f',
  },
  tree: 'd1fac08d8f13237eca35c91b46085ada68ebb400a3fb64f7effd6a0ca8a5d18f',
  versions: {
    'M2-Planet': '1.13.1',
    'M2-Mesoplanet': '1.13.0',
    M1: '1.7.0',
    hex2: '1.7.0',
    kaem: '1.7.0',
    'blood-elf': '2.0.1',
  },
};

/** The name, as reports write it. */
export const UPSTREAM_NAME: string = `stage0-posix ${UPSTREAM.release}`;

/** The releases that our ports follow, oldest first: `1.9.0 and 1.9.1`. */
export function followedReleases(joint: 'and' | 'or' = 'and'): string {
  return [...UPSTREAM.alsoFollowed, UPSTREAM.release].join(` ${joint} `);
}
