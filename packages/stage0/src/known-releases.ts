// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * Digests that upstream published, by what they name: archives, trees and seeds of stage0-posix.
 */

import { UPSTREAM, UPSTREAM_NAME } from './upstream.ts';

/** SHA-256 of a release's archive, and the {@link treeDigest} of what is in it. */
const RELEASES: ReadonlyMap<string, string> = new Map([
  [UPSTREAM.archive.sha256, UPSTREAM_NAME],
  [UPSTREAM.tree, UPSTREAM_NAME],
]);

/** SHA-256 of a seed for x86 → what the seed is. */
const SEEDS: ReadonlyMap<string, string> = new Map([
  [
    'd83d55f7ffa566b7125a3126ab7829953fd6ef548ad80707fe27223ef104de64',
    'hex0-seed of stage0-posix 1.3 to 1.5.0',
  ],
  [
    'e650a1b5bdcfd79689569a3199a252a76622f7ea4fe036a5dddc2039fdad79c5',
    'hex0-seed of stage0-posix 1.6.0',
  ],
  [
    '02e4de2c6624beeebda73c80859ba0919f2f233ea97fda27f09b509266b8ee94',
    'hex0-seed of stage0-posix 1.7.0',
  ],
  [
    'f74dcf9cef2aee9eb7723eca755849d474fccd89662947021d1aa08429d23c13',
    'hex0-seed of stage0-posix 1.8.0 to 1.9.1',
  ],
  [
    'ed54aacb771347b1f5e2386192e92348da75c69760ef2f41b063a45e43696ea1',
    'kaem-optional-seed of stage0-posix 1.3 and 1.4',
  ],
  [
    'b6ccef8fff520c0ae45ff2436678785f5881f441fe99723353277ef980f560bc',
    'kaem-optional-seed of stage0-posix 1.5.0',
  ],
  [
    '4fd5d6d7f1ac4708c06df2bf7e0b7f6dc45a493ac100e14fc52172929b807f5e',
    'kaem-optional-seed of stage0-posix 1.6.0 and 1.7.0',
  ],
  [
    '545f89537f070d7e62b05243be34cbcfdb1e92dbf9d82e2cd15792d880436ac2',
    'kaem-optional-seed of stage0-posix 1.8.0 to 1.9.1',
  ],
]);

/** The name of the release whose archive or tree has this digest; undefined for any other. */
export function releaseOf(digest: string): string | undefined {
  return RELEASES.get(digest);
}

/** What the seed with this digest is; undefined for any other file. */
export function knownSeed(digest: string): string | undefined {
  return SEEDS.get(digest);
}
