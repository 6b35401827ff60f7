// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * Where the seed of the page comes from: the ladder, which is part of the page; or upstream's
 * release, or its two files, which the reader drops.
 *
 * Invariant: the source of a seed makes the seed, byte for byte; what does not is refused with the
 * first difference.
 */
import { decodeLatin1, ProvenanceMap } from '@stage0-ts/bytes';
import { assemble } from '@stage0-ts/hex0';
import { type ProgramPiece, programMap, treeFromArchive } from '@stage0-ts/stage0';
import { lastUpTo } from '../shared/positions.ts';

export interface Seed {
  /** The name as part of a sentence: `the ladder's seed`. */
  readonly name: string;
  /** True for our own seed. */
  readonly isOwn: boolean;
  readonly bytes: Uint8Array;
  readonly source: Uint8Array;
  readonly sourceName: string;
  /** The lines of the source, without line ends. */
  readonly lines: readonly string[];
  /** Offset in the seed → index of the line, and the columns of the byte's two digits. */
  readonly places: readonly Place[];
  readonly pieces: readonly ProgramPiece[];
}

export interface Place {
  readonly line: number;
  readonly start: number;
  readonly end: number;
}

/** Paths in a release, without the architecture's folder. */
const SEED = '/bootstrap-seeds/POSIX/x86/hex0-seed';
const SOURCES = ['/x86/hex0_x86.hex0', '/seed/hex0.hex0'];

const OWN: Readonly<Record<string, string>> = import.meta.glob(
  [
    '../../../../test-vectors/ladder/bootstrap-seeds/POSIX/x86/hex0-seed',
    '../../../../test-vectors/ladder/seed/hex0.hex0',
  ],
  { query: '?url&inline', import: 'default', eager: true },
);

/** Our own seed, which is part of the page. */
export async function ladderSeed(): Promise<Seed> {
  const files = Object.entries(OWN).map(async ([path, url]) => {
    return [path, new Uint8Array(await (await fetch(url)).arrayBuffer())] as const;
  });
  const all = await Promise.all(files);
  const bytesOf = (name: string) => all.find(([path]) => path.endsWith(name))?.[1];
  const bytes = bytesOf('hex0-seed') as Uint8Array;
  const source = bytesOf('hex0.hex0') as Uint8Array;
  const seed = makeSeed('the seed of our ladder', bytes, source, 'seed/hex0.hex0');
  return { ...seed, isOwn: true };
}

/**
 * The seed in the files that the reader has dropped. Throws an Error or a ToolError, which says
 * what to do.
 */
export async function droppedSeed(files: readonly File[]): Promise<Seed> {
  const read = await Promise.all(
    files.map(async (file) => {
      return { name: file.name, bytes: new Uint8Array(await file.arrayBuffer()) };
    }),
  );
  const [only] = read;
  if (read.length === 1 && only !== undefined && !isElf(only.bytes)) {
    return fromArchive(only.name, only.bytes);
  }
  const seed = read.find(({ bytes }) => isElf(bytes));
  const source = read.find(({ bytes }) => !isElf(bytes));
  if (seed === undefined || source === undefined || read.length !== 2) {
    throw new Error('drop stage0-posix-1.9.1.tar.gz, or hex0-seed and hex0_x86.hex0 together');
  }
  return makeSeed(seed.name, seed.bytes, source.bytes, source.name);
}

function fromArchive(name: string, bytes: Uint8Array): Seed {
  const files = treeFromArchive(bytes, name);
  const contentOf = (path: string) => {
    const node = files.find(path);
    return node?.kind === 'file' ? node.bytes : undefined;
  };
  const seed = contentOf(SEED);
  const path = SOURCES.find((one) => contentOf(one) !== undefined);
  if (seed === undefined || path === undefined) {
    throw new Error(`${name} has no ${SEED.slice(1)} and ${SOURCES[0]?.slice(1)}`);
  }
  return makeSeed(`hex0-seed of ${name}`, seed, contentOf(path) as Uint8Array, path.slice(1));
}

function isElf(bytes: Uint8Array): boolean {
  return [0x7f, 0x45, 0x4c, 0x46].every((byte, at) => bytes[at] === byte);
}

function makeSeed(name: string, bytes: Uint8Array, source: Uint8Array, sourceName: string): Seed {
  const provenance = new ProvenanceMap();
  const made = assemble(source, { provenance });
  const at = made.findIndex((byte, index) => byte !== bytes[index]);
  if (at >= 0 || made.length !== bytes.length) {
    const where = at >= 0 ? `byte 0x${at.toString(16)} is another one` : 'the lengths differ';
    throw new Error(`${name} is not what ${sourceName} says: ${where}`);
  }
  const starts = lineStarts(source);
  const places = Array.from(bytes, (_, offset) => {
    const { start = 0, end = 0 } = provenance.lookup(offset).origin ?? {};
    const line = lastUpTo(start, starts.length, (index) => starts[index] as number);
    const first = starts[line] as number;
    return { line, start: start - first, end: end - first };
  });
  const lines = decodeLatin1(source).split('\n');
  return {
    name,
    isOwn: false,
    bytes,
    source,
    sourceName,
    lines,
    places,
    pieces: programMap(bytes),
  };
}

function lineStarts(source: Uint8Array): number[] {
  const starts = [0];
  for (const [at, byte] of source.entries()) if (byte === 0x0a) starts.push(at + 1);
  return starts;
}
