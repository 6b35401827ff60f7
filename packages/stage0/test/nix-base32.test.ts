// SPDX-License-Identifier: GPL-3.0-or-later
/** Digests as Nix and Guix write them: values of Nix' manual, and of `nix-hash` for nothing. */
import { encodeUtf8 } from '@stage0-ts/bytes';
import { sha256Hex } from '@stage0-ts/mescc-tools-extra';
import { nixBase32 } from '@stage0-ts/stage0';
import { describe, expect, it } from 'vitest';
import { subjectLines } from '../src/report.ts';

const EMPTY = '0mdqa9w1p6cmli6976v4wi0sw9r4p5prkj7lzfd1877wk11c9c73';
const ABC = '1b8m03r63zqhnjf7l5wnldhh7c134ap5vpj0850ymkq1iyzicy5s';

describe('nixBase32', () => {
  it.each([
    ['', EMPTY],
    ['abc', ABC],
  ])('of the SHA-256 of %j', (text, expected) => {
    expect(nixBase32(sha256Hex(encodeUtf8(text)))).toBe(expected);
  });

  it('has 52 digits for a SHA-256, the first of one bit only', () => {
    expect(nixBase32('ff'.repeat(32))).toBe(`1${'z'.repeat(51)}`);
    expect(nixBase32('00'.repeat(32))).toBe('0'.repeat(52));
  });

  it('is in the report, beside the digest of the archive', () => {
    const archive = { name: 'a.tar', sha256: sha256Hex(encodeUtf8('abc')) };
    const lines = subjectLines({ tree: 'tree', archive }).join('\n');
    expect(lines).toContain(`archive  ${archive.sha256}  a.tar\n`);
    expect(lines).toContain(`${ABC}  the same as Nix and Guix write it`);
  });
});
