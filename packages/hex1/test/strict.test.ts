// SPDX-License-Identifier: GPL-3.0-or-later
/** --strict: what upstream accepts silently is an error with its place, and nothing else is. */
import { assemble } from '@stage0-ts/hex1';
import { expectSameWhenStrict, findingsOf, type StrictCore, strictSuite } from '@stage0-ts/vectors';
import { describe, expect, it } from 'vitest';

const core: StrictCore = (source, options) => assemble(source, { name: 'in', ...options });

describe('strict', () => {
  strictSuite('hex1', core, [
    ['90 %a', 1, 4, 'undefined-label'],
    [':a %b %b :c\n%a', 1, 4, 'undefined-label'],
    [':a 90\n:b 91 :a', 2, 7, 'duplicate-label'],
    ['4:a1 %a', 1, 2, 'split-byte'],
    [':a 4%a 1', 1, 5, 'split-byte'],
    ['41 & 42', 1, 4, 'stray-character'],
    [':start 41', 1, 3, 'stray-character'],
    ['41 42 4', 1, 7, 'odd-digits'],
  ]);

  it('warns of every place', () => {
    expect(findingsOf(core, ':a :a xyz %b\n4:c %b 1')).toEqual([
      '1:4 duplicate-label',
      '1:7 stray-character',
      '2:2 split-byte',
      '2:5 split-byte',
      '1:11 undefined-label',
      '2:5 undefined-label',
    ]);
  });

  it('gives the same bytes otherwise', () => {
    expectSameWhenStrict(core, ':a 90 # : %z\n%b %a :b 4 1 ; end\r:: %:\n');
  });
});
