// SPDX-License-Identifier: GPL-3.0-or-later
/** What a build made, held against the digests that the tree expects. */
import { decodeUtf8 } from '@stage0-ts/bytes';
import type { MemoryFiles } from '@stage0-ts/host/memory';
import { sha256Hex } from '@stage0-ts/mescc-tools-extra';

/**
 * `match` and `differs`: an expected digest that the file has or has not; `missing`: expected, not there;
 * `unlisted`: made, and no digest is expected.
 */
export type Verdict = 'match' | 'differs' | 'missing' | 'unlisted';

export interface Artifact {
  /** Path in the tree, without leading slash. */
  readonly path: string;
  /** Bytes. */
  readonly size: number;
  /** Permission bits. */
  readonly mode: number;
  /** Lower-case hexadecimal; empty for a missing file. */
  readonly sha256: string;
  readonly expected: string | null;
  readonly verdict: Verdict;
}

/** Lines as sha256sum writes them → path → digest. Other lines are passed over. */
export function readAnswers(bytes: Uint8Array): Map<string, string> {
  const answers = new Map<string, string>();
  for (const line of decodeUtf8(bytes).split('\n')) {
    const parts = /^([0-9a-f]{64}) [ *](.+)$/.exec(line);
    if (parts !== null) answers.set(parts[2] as string, parts[1] as string);
  }
  return answers;
}

/** The files at `paths` (absolute) and those that `answers` expects, sorted by path. */
export function collectArtifacts(
  files: MemoryFiles,
  paths: Iterable<string>,
  answers: ReadonlyMap<string, string>,
): Artifact[] {
  const names = new Set([...paths].map((path) => path.slice(1)));
  for (const name of answers.keys()) names.add(name);
  const artifacts: Artifact[] = [];
  for (const path of [...names].sort()) {
    const expected = answers.get(path) ?? null;
    const node = files.find(`/${path}`);
    if (node?.kind === 'file') {
      const sha256 = sha256Hex(node.bytes);
      const verdict = expected === null ? 'unlisted' : expected === sha256 ? 'match' : 'differs';
      artifacts.push({ path, size: node.bytes.length, mode: node.mode, sha256, expected, verdict });
    } else if (expected !== null) {
      artifacts.push({ path, size: 0, mode: 0, sha256: '', expected, verdict: 'missing' });
    }
  }
  return artifacts;
}
