// SPDX-License-Identifier: GPL-3.0-or-later
/** --strict: what upstream accepts silently is an error with its place, and nothing else is. */
import { assemble } from '@stage0-ts/hex1';
import { describe, expect, it } from 'vitest';

const attempt = (text: string, strict: boolean) => () =>
  assemble(Buffer.from(text, 'latin1'), { name: 'in', strict });

describe('strict', () => {
  it.each([
    ['90 %a', 1, 4, 'undefined-label'],
    [':a %b %b :c\n%a', 1, 4, 'undefined-label'],
    [':a 90\n:b 91 :a', 2, 7, 'duplicate-label'],
    ['4:a1 %a', 1, 2, 'split-byte'],
    [':a 4%a 1', 1, 5, 'split-byte'],
    ['41 & 42', 1, 4, 'stray-character'],
    [':start 41', 1, 3, 'stray-character'],
    ['41 42 4', 1, 7, 'odd-digits'],
  ])('refuses %j', (text, line, column, code) => {
    expect(attempt(text, true)).toThrow(expect.objectContaining({ line, column, code }));
    expect(attempt(text, false)).not.toThrow();
  });

  it('gives the same bytes otherwise', () => {
    const text = ':a 90 # : %z\n%b %a :b 4 1 ; end\r:: %:\n';
    expect(attempt(text, true)()).toEqual(attempt(text, false)());
  });
});
