// SPDX-License-Identifier: GPL-3.0-or-later
import type { Evidence } from '../src/index.ts';

/** A digest of one digit. */
export const digest = (digit: string): string => digit.repeat(64);

/** The evidence of a check of a small tree. */
export const EVIDENCE: Evidence = {
  files: [
    { name: 'x86/bin/hex2', sha256: digest('2') },
    { name: 'x86/bin/M1', sha256: digest('1') },
  ],
  tree: digest('a'),
  nar: digest('b'),
  archives: [{ name: 'tree.tar.gz', sha256: digest('c') }],
  release: 'stage0-posix 1.9.1',
  architecture: 'x86',
  engines: [['ports', 'i386']],
  accepted: [],
  trusted: [
    { name: 'seed', sha256: digest('d'), size: 181, standing: 'made-from-source', by: 'seed.hex0' },
  ],
  verdicts: [{ sentence: 'The builds agree.', notes: ['a note'] }],
  version: '0.1.0',
};
