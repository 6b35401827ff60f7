// SPDX-License-Identifier: GPL-3.0-or-later
/** What a build made, compared with the digests that the tree expects. */
import { decodeLatin1, decodeUtf8, encodeLatin1 } from '@stage0-ts/bytes';
import { errorAt, ToolError } from '@stage0-ts/diagnostics';
import type { FileNode, MemoryFiles } from '@stage0-ts/host/memory';
import { sha256Hex } from '@stage0-ts/mescc-tools-extra';

/**
 * `match` and `differs`: a digest is expected, and the file has it or does not; `missing`:
 * expected, but the file is missing; `not-made`: there is a file, but no process made it; `given`:
 * no process made the file, but it is a text with the expected digest, such as the placeholders of
 * older releases; `unlisted`: made, and no digest is expected.
 */
export type Verdict = 'match' | 'differs' | 'missing' | 'not-made' | 'given' | 'unlisted';

/** True when nothing is wrong with the file. */
export function isRight({ verdict }: Pick<Artifact, 'verdict'>): boolean {
  return verdict === 'match' || verdict === 'unlisted' || verdict === 'given';
}

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
 * A line of sha256sum, or the same with `--tag`. A backslash at the start says that the name has
 * escapes.
 */
const LINE = /^(\\?)(?:([0-9a-f]{64}) [ *](.+)|SHA256 \((.+)\) = ([0-9a-f]{64}))$/is;

/**
 * Answers, as `sha256sum -c` reads them → path in the tree, without leading slash, → digest.
 *
 * Lines that begin with `#` and empty lines are skipped. Throws ToolError for a line of another
 * form, a file that is named twice or is not in the tree, and when no file is named: a tree with
 * damaged answers must not count as one that matches them all.
 */
export function readAnswers(bytes: Uint8Array, name: string): Map<string, string> {
  return readDigests(bytes, name, pathInTree);
}

/**
 * Like {@link readAnswers}, for lists whose names mean something else: `place` turns a name into a
 * path, or into undefined if the name is not allowed.
 */
export function readDigests(
  bytes: Uint8Array,
  name: string,
  place: (name: string) => string | undefined,
): Map<string, string> {
  const answers = new Map<string, string>();
  const source = { name, bytes };
  let offset = 0;
  for (const line of decodeLatin1(bytes).split('\n')) {
    const fail = (message: string) => errorAt(source, offset, 'bad-answers', message);
    if (line !== '' && !line.startsWith('#')) {
      const parts = LINE.exec(line);
      if (parts === null) throw fail(`expected a SHA-256 digest and a file${hintFor(line)}`);
      const [, escaped, digest, plain, tagged, tag] = parts;
      const path = place(unescaped((plain ?? tagged) as string, escaped === '\\'));
      if (path === undefined) throw fail('this file is not in the tree');
      if (answers.has(path)) throw fail('this file is named twice');
      answers.set(path, ((digest ?? tag) as string).toLowerCase());
    }
    offset += line.length + 1;
  }
  if (answers.size > 0) return answers;
  throw new ToolError('no file is named here, so nothing can match', {
    code: 'bad-answers',
    file: name,
  });
}

function hintFor(line: string): string {
  if (line.endsWith('\r')) return '; the lines end in CR LF: convert the file';
  return line.startsWith('\xef\xbb\xbf') ? '; the file begins with a byte order mark' : '';
}

function unescaped(name: string, escaped: boolean): string {
  const names: Readonly<Record<string, string>> = { '\\\\': '\\', '\\n': '\n', '\\r': '\r' };
  return escaped ? name.replace(/\\[\\nr]/g, (pair) => names[pair] as string) : name;
}

/** A name from the root of the tree, without dots; undefined when it is absolute or climbs out. */
function pathInTree(name: string): string | undefined {
  const parts: string[] = [];
  for (const part of decodeUtf8(encodeLatin1(name)).split('/')) {
    if (part === '..' && parts.pop() === undefined) return undefined;
    if (part !== '' && part !== '.' && part !== '..') parts.push(part);
  }
  return name.startsWith('/') || parts.length === 0 ? undefined : parts.join('/');
}

/** The files that were made (absolute paths) and those that `answers` expects, sorted by path. */
export function collectArtifacts(
  files: MemoryFiles,
  made: ReadonlyMap<string, number>,
  answers: ReadonlyMap<string, string>,
): Artifact[] {
  const names = new Set([...made.keys()].map((path) => path.slice(1)));
  for (const name of answers.keys()) names.add(name);
  const artifacts: Artifact[] = [];
  for (const path of [...names].sort()) {
    const expected = answers.get(path) ?? null;
    const node = files.find(`/${path}`, false);
    if (node?.kind === 'file') {
      const sha256 = sha256Hex(node.bytes);
      const verdict = verdictOf(node, sha256, expected, made.has(`/${path}`));
      artifacts.push({ path, size: node.bytes.length, mode: node.mode, sha256, expected, verdict });
    } else if (expected !== null) {
      artifacts.push({ path, size: 0, mode: 0, sha256: '', expected, verdict: 'missing' });
    }
  }
  return artifacts;
}

function verdictOf(
  { bytes, mode }: FileNode,
  sha256: string,
  expected: string | null,
  made: boolean,
): Verdict {
  if (expected === null) return 'unlisted';
  if (!made) {
    const isSource = expected === sha256 && (mode & 0o111) === 0 && isText(bytes);
    return isSource ? 'given' : 'not-made';
  }
  return expected === sha256 ? 'match' : 'differs';
}

/**
 * True for UTF-8 whose only control characters are those of text. So a program's image is not text.
 */
export function isText(bytes: Uint8Array): boolean {
  let isAscii = true;
  for (const byte of bytes) {
    if (byte === 0x7f || (byte < 0x20 && !(byte >= 0x09 && byte <= 0x0d))) return false;
    if (byte >= 0x80) isAscii = false;
  }
  return isAscii || !/\p{Surrogate}/u.test(decodeUtf8(bytes));
}
