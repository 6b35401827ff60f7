// SPDX-License-Identifier: GPL-3.0-or-later
/** --strict: what upstream accepts silently is an error with its place, and nothing else is. */
import { hex2, link, linkMinimal } from '@stage0-ts/hex2';
import {
  expectSameWhenStrict,
  findingsOf,
  runOnSource,
  type StrictCase,
  type StrictCore,
  strictSuite,
} from '@stage0-ts/vectors';
import { describe, expect, it } from 'vitest';

const minimal: StrictCore = (source, options) =>
  linkMinimal(source, { name: 'in', ...options }).image;
const linked: StrictCore = (source, options) =>
  link([{ name: 'in', bytes: source }], { architecture: 'x86', ...options }).image;

const BOTH: readonly StrictCase[] = [
  ['41 x 42', 1, 4, 'stray-character'],
  [':a 90\n%a , 91', 2, 4, 'stray-character'],
  [':a 4%a 1', 1, 5, 'split-byte'],
  ['4:a 1', 1, 2, 'split-byte'],
  [':a 90\n:b :a ', 2, 4, 'duplicate-label'],
  ['90 4', 1, 4, 'odd-digits'],
  [':a &a>a ', 1, 4, 'useless-base'],
];

/** A reference before its label, whose displacement or address does not fit. */
function cut(reference: string, displacement: number): StrictCase {
  return [`${reference} ${'90'.repeat(displacement)} :a `, 1, 1, 'out-of-range'];
}

describe('strict', () => {
  strictSuite('hex2-0', minimal, BOTH);
  strictSuite('hex2', linked, BOTH);

  strictSuite('hex2-0, whose value is cut,', minimal, [
    cut('!a', 300),
    cut('@a', 70_000),
    cut('$a', 0),
  ]);

  it.each([
    ['hex2-0', minimal],
    ['hex2', linked],
  ])('%s warns of every place', (_, core) => {
    const text = ':a xyz 4:b 1 &a>b\n:a , zyx , %a 4&a>b ';
    expect(findingsOf(core, text)).toEqual([
      '1:4 stray-character',
      '1:9 split-byte',
      '2:4 stray-character',
      '2:6 stray-character',
      '2:10 stray-character',
      '2:16 split-byte',
      '2:15 odd-digits',
      '2:1 duplicate-label',
      '1:14 useless-base',
      '2:16 useless-base',
    ]);
  });

  it('gives the same bytes otherwise', () => {
    const text = ':a 90 # x\n:b %a &b !a>b 4 1 ; y\n%a>b ';
    expectSameWhenStrict(minimal, text);
    expectSameWhenStrict(linked, text);
  });

  it('is an option of hex2, and an unknown architecture is an error then', () => {
    const run = (...words: string[]) =>
      runOnSource(hex2, ['hex2', ...words, '-f', 'in', '-o', 'out', '--strict'], '41 4');
    const split = run();
    expect([split.status, split.hasOutput]).toEqual([1, false]);
    expect(split.stderr).toMatch(/^in:1:4: error: an incomplete byte\n/);
    const unknown = run('-A', 'z80');
    expect([unknown.status, unknown.hasOutput]).toEqual([1, false]);
    expect(unknown.stderr).toMatch(/error: unknown architecture z80\n$/);
  });
});
