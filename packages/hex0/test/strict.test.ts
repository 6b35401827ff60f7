// SPDX-License-Identifier: GPL-3.0-or-later
/** --strict: what upstream accepts silently is an error with its place, and nothing else is. */
import { assemble, hex0 } from '@stage0-ts/hex0';
import { findingsOf, runOnSource, type StrictCore, strictSuite } from '@stage0-ts/vectors';
import { describe, expect, it } from 'vitest';

const core: StrictCore = (source, options) => assemble(source, { name: 'in', ...options });

describe('strict', () => {
  strictSuite('hex0', core, [
    ['41 G0', 1, 4, 'stray-character'],
    ['41\n42, 43', 2, 3, 'stray-character'],
    ['0x41', 1, 2, 'stray-character'],
    ['41 \0', 1, 4, 'stray-character'],
    ['\xef\xbb\xbf41', 1, 1, 'stray-character'],
    ['41 4', 1, 4, 'odd-digits'],
    ['41 # 4\n 5 # 6', 2, 2, 'odd-digits'],
  ]);

  it('takes bytes, white space and comments', () => {
    const source = Buffer.from('41 4\t2\r\n43 # G, 4\n44 ; no end');
    expect(core(source, { strict: true })).toEqual(Uint8Array.of(0x41, 0x42, 0x43, 0x44));
  });

  it('warns about every place, but only once for each word', () => {
    expect(findingsOf(core, 'hello 41\n# x\n42 <- 43 G\n4 1')).toEqual([
      '1:1 stray-character',
      '3:4 stray-character',
      '3:10 stray-character',
      '4:3 odd-digits',
    ]);
  });

  it('is an argument after the operands', () => {
    expect(runOnSource(hex0, ['hex0', 'in', 'out', '--strict'], '4 1 2')).toEqual({
      status: 1,
      stderr: 'in:1:5: error: a byte with one digit\n  4 1 2\n      ^\n',
      hasOutput: false,
    });
    expect(runOnSource(hex0, ['hex0', 'in', 'out'], '4 1 2').status).toBe(0);
  });
});
