// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * Tar archives, header by header: every type of entry, every form of number, names with `..`, links
 * that lead outside; then damaged or not. No name is absolute, and none leads further up than the
 * folder above the case's, so that upstream's program, which follows them, stays in the folder that
 * is removed after it.
 */
import { decodeLatin1 } from '@stage0-ts/bytes';
import * as fc from 'fast-check';
import { type Language, mostly, programCase } from '../language.ts';
import { tarPeer } from '../peers.ts';
import { damaged } from './archives.ts';

const BLOCK = 512;

/** The header of an entry, before it is written. */
interface Entry {
  readonly name: string;
  readonly type: string;
  readonly mode: string;
  readonly target: string;
  readonly data: string;
  /** The size field; undefined for the octal size of the data. */
  readonly size: string | undefined;
  readonly magic: string;
  readonly prefix: string;
  readonly checksum: 'plain' | 'wrong' | 'signed';
}

const name = fc.oneof(
  {
    weight: 12,
    arbitrary: fc.constantFrom('a', 'b', 'd', 'd/', 'd/a', 'd/e/f', './a', 'l', 'l/a', 'x y'),
  },
  {
    weight: 2,
    arbitrary: fc.constantFrom(
      ...[
        '../up',
        'd/../a',
        'd/../../up',
        '..',
        '.',
        './',
        '',
        'a/',
        'a/b',
        'n\nm',
        '\xff\xfe',
        '\xc3\xa9',
      ],
      ...['n'.repeat(99), 'd/'.repeat(49), `${'d'.repeat(60)}/${'e'.repeat(38)}`],
    ),
  },
);
const data = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.constantFrom('', 'text\n', 'x'.repeat(511), 'x'.repeat(512), 'x'.repeat(513)),
  },
  { weight: 1, arbitrary: fc.uint8Array({ maxLength: 1200 }).map(decodeLatin1) },
);
const size = mostly<string | undefined>(
  undefined,
  ...[
    '0',
    '00000000001',
    '77777777777',
    '777777777777',
    '           ',
    '12345678901\0',
    '\x80'.padEnd(12, '\0'),
  ],
  ...[
    '\x80\0\0\0\x7f\xff\xff\xff\xff\xff\xff\xff',
    '\xff'.repeat(12),
    '00000001000\0',
    '8',
    ' 17 ',
  ],
);
const entry: fc.Arbitrary<Entry> = fc.record({
  name,
  type: fc.oneof(
    { weight: 8, arbitrary: fc.constantFrom('0', '0', '0', '5', '5', '2', '\0') },
    { weight: 1, arbitrary: fc.constantFrom(...'13467') },
  ),
  mode: mostly('0000644', '0000755', '0000000', '0007777', '644', '   755'),
  target: fc.constantFrom('a', 'd', 'd/a', '.', 'l', '..', '../up', 'none', '', 'e/f'),
  data,
  size,
  magic: mostly('ustar\x0000', 'ustar  \0', '', 'ustar\x00'),
  prefix: mostly('', 'p', 'd', '..'),
  checksum: mostly('plain' as const, 'wrong', 'signed'),
});

function written(one: Entry): string {
  // Readers disagree about links and directories with a size.
  const hasSize = !'125'.includes(one.type) && !one.name.endsWith('/');
  const content = hasSize ? one.data : '';
  const size = (hasSize ? one.size : undefined) ?? content.length.toString(8).padStart(11, '0');
  const field = (text: string, length: number) => text.slice(0, length).padEnd(length, '\0');
  const head = [
    ...[field(one.name, 100), field(one.mode, 8), field('0000000', 8), field('0000000', 8)],
    ...[field(size, 12), field('14000000000', 12), ' '.repeat(8), one.type],
    ...[field(one.target, 100), field(one.magic, 8), field('', 80), field(one.prefix, 155)],
  ]
    .join('')
    .padEnd(BLOCK, '\0');
  const value = (byte: number) => (one.checksum === 'signed' && byte > 127 ? byte - 256 : byte);
  let sum = one.checksum === 'wrong' ? 1 : 0;
  for (let i = 0; i < BLOCK; i++) sum += value(head.charCodeAt(i));
  const digits = `${(sum & 0o777777).toString(8).padStart(6, '0')}\0 `;
  const padding = '\0'.repeat((BLOCK - (content.length % BLOCK)) % BLOCK);
  return `${head.slice(0, 148)}${digits}${head.slice(156)}${content}${padding}`;
}

/** A long name or a pax header, and the entry that it is for. */
const extended = fc
  .tuple(entry, fc.constantFrom('L', 'K', 'path', 'linkpath', 'size', 'comment'), name)
  .filter(([, , text]) => !text.endsWith('/'))
  .map(([one, kind, text]) => {
    const record = (line: string) => {
      const length = line.length + 4 + (line.length + 4 > 99 ? 1 : 0);
      return `${String(length).padStart(2, '0')} ${line}\n`;
    };
    const isGnu = kind === 'L' || kind === 'K';
    const content = isGnu ? `${text}\0` : record(`${kind}=${kind === 'size' ? '3' : text}`);
    const header: Entry = {
      ...one,
      ...{ name: '././@Header', type: isGnu ? kind : 'x', data: content, size: undefined },
    };
    return written(header) + written({ ...simple(one), size: undefined });
  });

function closed(entries: fc.Arbitrary<string>, maxLength: number): fc.Arbitrary<Uint8Array> {
  return fc
    .tuple(fc.array(entries, { maxLength }), mostly(1024, 512, 0, 10240))
    .map(([list, end]) => Buffer.from(list.join('') + '\0'.repeat(end), 'latin1'));
}

/** Entries of the kinds that upstream knows, damaged or not. */
const plain = damaged(
  closed(
    entry.map((one) => written({ ...one, prefix: '' })),
    6,
  ),
);
/**
 * What upstream does not know: long names and prefixes. Links and odd names are left out:
 * GNU tar treats them differently.
 */
const beyond = closed(
  fc.oneof(
    entry.map((one) => written(simple(one))),
    extended,
  ),
  4,
);
function simple(one: Entry): Entry {
  const isPlain = one.name !== '' && !one.name.includes('..');
  const type = '05\0'.includes(one.type) ? one.type : '0';
  return { ...one, type, name: isPlain ? one.name : 'a' };
}

/** What is in the folder before the run. */
const standing = mostly<Readonly<Record<string, string>>>(
  {},
  { a: 'old' },
  { 'd/a': 'old' },
  { l: 'old' },
);

const cases = fc
  .tuple(
    fc.oneof({ weight: 3, arbitrary: plain }, { weight: 1, arbitrary: beyond }),
    standing,
    mostly<string[]>([], ['--non-strict'], ['-v']),
  )
  .map(([bytes, files, options]) =>
    programCase(
      'untar',
      { in: decodeLatin1(bytes), ...files },
      { arguments: [...options, '-f', 'in'] },
    ),
  );

export const untar: Language = {
  name: 'untar',
  cases,
  failuresLeaveOutput: false,
  needs: 'tar',
  peer: tarPeer,
  failurePattern: /Checksum failure|Short read|Could not create|Failed to create|unable to create/,
  knownRefusals: [
    [
      /there is a \w+ of this name|a file is in the way|proper name|link to nothing/,
      'unwritable-tar-entries',
    ],
    [/ends too early|wrong checksum|damaged pax header|size below zero/, 'damaged-tar'],
    [/absolute name|climbs out|leaves the directory|too many links/, 'unsafe-tar-names'],
  ],
};
