// SPDX-License-Identifier: GPL-3.0-or-later
/** What a build made, held against the digests that the tree expects. */
import { decodeLatin1, decodeUtf8, encodeLatin1 } from '@stage0-ts/bytes';
import { errorAt } from '@stage0-ts/diagnostics';
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

/**
 * Lines as sha256sum writes them, and comments → path → digest. Throws ToolError for a line of another form: a tree whose answers are
 * damaged must not pass for one that matches them all.
 */
export function readAnswers(bytes: Uint8Array, name: string): Map<string, string> {
  const answers = new Map<string, string>();
  let offset = 0;
  for (const line of decodeLatin1(bytes).split('\n')) {
    const parts = /^([0-9a-f]{64}) [ *](.+)$/s.exec(line);
    if (parts !== null) {
      answers.set(decodeUtf8(encodeLatin1(parts[2] as string)), parts[1] as string);
    } else if (line !== '' && !line.startsWith('#')) {
      throw errorAt({ name, bytes }, offset, 'bad-answers', 'expected a SHA-256 digest and a file');
    }
    offset += line.length + 1;
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
