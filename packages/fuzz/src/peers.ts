// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * The usual programs for the archive formats (gzip, bzip2, xz, tar) as judges where upstream's and
 * ours differ on an archive. What only ours accepts, they must decode to the same bytes; what only
 * upstream accepts, they must reject.
 */
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import zlib from 'node:zlib';
import type { Change, VectorCase } from '@stage0-ts/vectors/run';

/** How many bytes a peer may print. */
const MAX_OUTPUT = 64 << 20;

/**
 * What a format's own program makes of a case: content by path; undefined if it rejects the case,
 * and `no judge` if it does not support the whole specification.
 */
export type Peer = (program: VectorCase) => ReadonlyMap<string, string> | undefined | 'no judge';

/** True if the command exists. */
export function available(command: string): boolean {
  return spawnSync(command, ['--version'], { input: '' }).error === undefined;
}

/** Standard output of `command`; undefined if it fails. */
export function filter(
  command: string,
  options: readonly string[],
  input: Uint8Array,
  good: readonly number[] = [0],
): Uint8Array | undefined {
  const child = spawnSync(command, options, { input, maxBuffer: MAX_OUTPUT });
  return good.includes(child.status ?? -1) ? child.stdout : undefined;
}

/** A decompressor that judges cases which write the content of `in` to `out`. */
function decompressor(decompress: (archive: Uint8Array) => Uint8Array | undefined): Peer {
  return ({ input }) => {
    const made = decompress(archiveOf(input));
    return made && new Map([['out', Buffer.from(made).toString('latin1')]]);
  };
}

function archiveOf(input: VectorCase['input']): Uint8Array {
  return input.get('in') ?? new Uint8Array();
}

/**
 * zlib. If it rejects data after the content: gzip, which ignores that with a warning and status 2.
 */
export const gzipPeer: Peer = decompressor((archive) => {
  try {
    return zlib.gunzipSync(archive);
  } catch {
    return filter('gzip', ['-dc'], archive, [0, 2]);
  }
});

export const bzip2Peer: Peer = decompressor((archive) => filter('bzip2', ['-dc'], archive));

/** A dictionary of 8 MiB, in the header of .lzma. */
const USUAL_DICTIONARY = [0, 0, 0x80, 0];
const xzOnly = decompressor((archive) => filter('xz', ['-dc'], archive));
/**
 * xz accepts only the dictionary sizes that encoders use; the content does not depend on the size.
 */
const lzmaOnly = decompressor((archive) => {
  if (archive.length <= USUAL_DICTIONARY.length) return undefined;
  const usual = archive.slice();
  usual.set(USUAL_DICTIONARY, 1);
  return filter('xz', ['--format=lzma', '-dc'], usual);
});
/**
 * A file that begins with a byte of properties may be .lzma, but xz accepts fewer values of it than
 * are valid.
 */
export const xzPeer: Peer = (program) => {
  const [properties = 0] = archiveOf(program.input);
  const isLzma = properties < 9 * 5 * 5;
  return xzOnly(program) ?? (isLzma ? (lzmaOnly(program) ?? 'no judge') : undefined);
};

/** GNU tar, which judges cases that extract `in` into its folder. */
export const tarPeer: Peer = ({ input }) => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'stage0-tar-'));
  try {
    for (const [name, bytes] of input) {
      fs.mkdirSync(path.dirname(path.join(folder, name)), { recursive: true });
      fs.writeFileSync(path.join(folder, name), bytes);
    }
    const before = new Map(contents(folder, ''));
    const options = ['-xvv', '-f', '-', '--no-same-owner', '--overwrite', '-C', folder];
    const child = spawnSync('tar', options, { input: archiveOf(input), encoding: 'latin1' });
    // GNU tar replaces a link if a file with the link's name follows; upstream and ours write
    // through the link.
    if (/^[hl]/m.test(child.stdout)) return 'no judge';
    if (child.status !== 0) return undefined;
    return new Map([...contents(folder, '')].filter(([name, text]) => before.get(name) !== text));
  } finally {
    fs.rmSync(folder, { recursive: true, force: true });
  }
};

function* contents(folder: string, prefix: string): Generator<[string, string]> {
  for (const entry of fs.readdirSync(path.join(folder, prefix), { withFileTypes: true })) {
    const name = prefix + entry.name;
    const full = path.join(folder, name);
    if (entry.isFile()) yield [name, fs.readFileSync(full, 'latin1')];
    else if (entry.isSymbolicLink()) yield [name, `-> ${fs.readlinkSync(full)}`];
    else if (entry.isDirectory()) {
      yield [name, 'directory'];
      yield* contents(folder, `${name}/`);
    } else yield [name, 'other'];
  }
}

/** Changes, in the form of a {@link Peer}'s answer. */
export function content(changes: ReadonlyMap<string, Change>): Map<string, string> {
  const text = (change: Change): string =>
    change.kind === 'file'
      ? Buffer.from(change.bytes).toString('latin1')
      : change.kind === 'link'
        ? `-> ${change.target}`
        : change.kind;
  return new Map([...changes].map(([name, change]) => [name, text(change)]));
}

/** True if both have the same content at the same paths. */
export function sameContent(
  a: ReadonlyMap<string, string>,
  b: ReadonlyMap<string, string>,
): boolean {
  return a.size === b.size && [...a].every(([name, text]) => b.get(name) === text);
}
