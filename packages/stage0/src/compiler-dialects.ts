// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * A tree → the dialect of its cc_x86, for our port of cc_x86.
 *
 * Only the digest of upstream's source decides. A tree with another source has no known dialect,
 * and the port stays that of 1.9.1.
 */
import type { DialectName } from '@stage0-ts/cc-x86';
import type { MemoryFiles } from '@stage0-ts/host/memory';
import { sha256Hex } from '@stage0-ts/mescc-tools-extra';

/** Path of cc_x86's source in a tree of upstream's layout. */
export const COMPILER_SOURCE = 'x86/cc_x86.M1';

/** SHA-256 of the source → its dialect. */
export const COMPILER_DIALECTS: ReadonlyMap<string, DialectName> = new Map([
  // 1.6.0, 1.7.0, 1.8.0, 1.8.1
  ['1ad23c646e2b3b1d26b05de3f14b752fc4b22b4a085f24847c3fdac3f29c06aa', '1.6.0'],
  // 1.9.0, 1.9.1
  ['80cce2b3dde4066b167ed7a6d926f2336b9f6b2e5c2057d97d82f7ff606cf00c', '1.9.0'],
]);

/**
 * The dialect in which our port follows the tree's cc_x86; undefined if the source is another one,
 * or missing.
 */
export function compilerDialect(files: MemoryFiles): DialectName | undefined {
  const node = files.find(`/${COMPILER_SOURCE}`);
  return node?.kind === 'file' ? COMPILER_DIALECTS.get(sha256Hex(node.bytes)) : undefined;
}
