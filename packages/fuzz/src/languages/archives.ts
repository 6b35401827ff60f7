// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * Archives of gzip, bzip2 and xz: content of every kind, in every setting of the real programs,
 * then damaged or not.
 */
import zlib from 'node:zlib';
import { decodeLatin1 } from '@stage0-ts/bytes';
import * as fc from 'fast-check';
import { existingOutput, type Language, mostly, programCase } from '../language.ts';
import { bzip2Peer, filter, gzipPeer, type Peer, xzPeer } from '../peers.ts';

const repeated = fc
  .tuple(fc.uint8Array({ minLength: 1, maxLength: 40 }), fc.integer({ min: 2, max: 60 }))
  .map(([bytes, times]) => Buffer.concat(Array<Uint8Array>(times).fill(bytes)));
const run = fc.tuple(fc.nat(255), fc.nat(3000)).map(([byte, length]) => Buffer.alloc(length, byte));
const noise = fc.uint8Array({ maxLength: 300 });
/** Text, runs and sometimes noise, from no bytes to a few thousand. */
const content: fc.Arbitrary<Uint8Array> = fc
  .oneof(
    { weight: 3, arbitrary: fc.array(fc.oneof(repeated, run), { minLength: 1, maxLength: 4 }) },
    { weight: 1, arbitrary: fc.array(fc.oneof(repeated, run, noise), { maxLength: 4 }) },
  )
  .map((parts) => Buffer.concat(parts));

/** One edit of an archive. `at` is taken modulo its length. */
interface Damage {
  readonly kind: 'flip' | 'cut' | 'drop' | 'double' | 'set' | 'append';
  readonly at: number;
  readonly byte: number;
}

/** The archive, unchanged or, two times out of five, with one or two edits. */
export function damaged(archive: fc.Arbitrary<Uint8Array>): fc.Arbitrary<Uint8Array> {
  const edit: fc.Arbitrary<Damage> = fc.record({
    kind: fc.constantFrom('flip', 'flip', 'flip', 'cut', 'drop', 'double', 'set', 'append'),
    at: fc.nat(99_999),
    byte: fc.nat(255),
  });
  const edits = fc.oneof(
    { weight: 3, arbitrary: fc.constant<Damage[]>([]) },
    { weight: 2, arbitrary: fc.array(edit, { minLength: 1, maxLength: 2 }) },
  );
  return fc.tuple(archive, edits).map(([bytes, list]) => list.reduce(damage, bytes));
}

function damage(bytes: Uint8Array, { kind, at, byte }: Damage): Uint8Array {
  const place = at % Math.max(bytes.length, 1);
  const [before, after] = [bytes.subarray(0, place), bytes.subarray(place + 1)];
  const now = bytes.subarray(place, place + 1);
  switch (kind) {
    case 'flip':
      return Buffer.concat([before, now.map((old) => old ^ (1 << (byte & 7))), after]);
    case 'set':
      return Buffer.concat([before, now.map(() => byte), after]);
    case 'cut':
      return before;
    case 'drop':
      return Buffer.concat([before, after]);
    case 'double':
      return Buffer.concat([before, now, now, after]);
    case 'append':
      return Buffer.concat([bytes, new Uint8Array(2 + (at % 20)).fill(byte)]);
  }
}

/** One archive; one time out of ten, two of them, joined. */
const joined = (one: fc.Arbitrary<Uint8Array>): fc.Arbitrary<Uint8Array> =>
  fc.oneof(
    { weight: 9, arbitrary: one },
    { weight: 1, arbitrary: fc.tuple(one, one).map((both) => Buffer.concat(both)) },
  );

const seldom = <T>(part: fc.Arbitrary<T>): fc.Arbitrary<T | null> =>
  fc.oneof({ weight: 9, arbitrary: fc.constant(null) }, { weight: 1, arbitrary: part });
/** The optional parts of a gzip header, with the flag for each. */
const gzipParts = fc
  .tuple(
    seldom(fc.uint8Array({ maxLength: 9 })),
    fc.option(fc.constantFrom('name', 'a b', 'sub/x', 'n\xe9')),
    seldom(fc.constantFrom('', 'text')),
  )
  .map(([extra, name, comment]) => [
    { flag: 4, bytes: extra && [extra.length, 0, ...extra] },
    { flag: 8, bytes: name === null ? null : Buffer.from(`${name}\0`, 'latin1') },
    { flag: 16, bytes: comment === null ? null : Buffer.from(`${comment}\0`) },
  ]);

/**
 * A gzip member: every level and strategy of deflate, with and without the header's optional parts.
 */
const gzipMember = fc
  .record({
    bytes: content,
    parts: gzipParts,
    hasChecksum: mostly(false, true),
    level: mostly(9, 1, 2, 3, 4, 5, 6, 0),
    memLevel: fc.integer({ min: 1, max: 9 }),
    strategy: fc.integer({ min: 0, max: 4 }),
    windowBits: mostly(15, 9, 12),
  })
  .map(({ bytes, parts, hasChecksum, ...settings }) => {
    const there = parts.filter((part) => part.bytes !== null);
    const flags = there.reduce((sum, { flag }) => sum + flag, hasChecksum ? 2 : 0);
    const rest = there.flatMap((part) => [...(part.bytes ?? [])]);
    const header = Buffer.from([0x1f, 0x8b, 8, flags, 0, 0, 0, 0, 0, 3, ...rest]);
    const checksum = Buffer.alloc(hasChecksum ? 2 : 0);
    if (hasChecksum) checksum.writeUInt16LE(zlib.crc32(header) & 0xffff);
    // Node's own header has ten bytes.
    return Buffer.concat([header, checksum, zlib.gzipSync(bytes, settings).subarray(10)]);
  });

/** What `command` makes of random content, with one of the options. */
function made(command: string, options: fc.Arbitrary<readonly string[]>): fc.Arbitrary<Uint8Array> {
  return fc.tuple(content, options).map(([bytes, words]) => {
    const archive = filter(command, ['-c', ...words], bytes);
    if (archive === undefined) throw new Error(`${command} ${words.join(' ')} fails`);
    return archive;
  });
}

const bzip2 = made(
  'bzip2',
  fc.integer({ min: 1, max: 9 }).map((level) => [`-${level}`]),
);

const literal = fc
  .tuple(fc.nat(4), fc.nat(4), fc.nat(4), fc.constantFrom('4KiB', '64KiB', '1MiB'))
  .map(([lc, lp, pb, dict]) => `lc=${lc},lp=${Math.min(lp, 4 - lc)},pb=${pb},dict=${dict}`);
const xzOptions = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom('-0', '-1', '-6', '-9e').map((level) => [level]) },
  { weight: 3, arbitrary: literal.map((text) => [`--lzma2=${text}`]) },
  { weight: 3, arbitrary: literal.map((text) => ['--format=lzma', `--lzma1=${text}`]) },
  { weight: 1, arbitrary: fc.constant(['--block-size=200']) },
  {
    weight: 2,
    arbitrary: fc
      .constantFrom('--x86', '--arm', '--armthumb', '--powerpc', '--sparc', '--delta=dist=3')
      .map((name) => [name, '--lzma2=dict=64KiB']),
  },
);
const xz = made(
  'xz',
  fc
    .tuple(xzOptions, mostly('crc64', 'crc32', 'none', 'sha256'))
    .map(([options, check]) => [
      '-T1',
      ...options,
      ...(options[0] === '--format=lzma' ? [] : [`--check=${check}`]),
    ]),
);
const xzFile = fc
  .tuple(joined(xz), mostly(0, 4, 8, 3))
  .map(([archive, padding]) => Buffer.concat([archive, Buffer.alloc(padding)]));

function unpacker(name: string, archive: fc.Arbitrary<Uint8Array>, peer: Peer): Language {
  const cases = fc
    .tuple(damaged(archive), existingOutput)
    .map(([bytes, { files, modes }]) =>
      programCase(
        name,
        { in: decodeLatin1(bytes), ...files },
        { arguments: ['-f', 'in', '-o', 'out'], modes },
      ),
    );
  return { name, cases, failuresLeaveOutput: false, peer };
}

export const ungz: Language = unpacker('ungz', joined(gzipMember), gzipPeer);
export const unbz2: Language = { ...unpacker('unbz2', joined(bzip2), bzip2Peer), needs: 'bzip2' };
export const unxz: Language = { ...unpacker('unxz', xzFile, xzPeer), needs: 'xz' };
