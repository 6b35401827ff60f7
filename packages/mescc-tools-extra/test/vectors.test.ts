// SPDX-License-Identifier: GPL-3.0-or-later
import { PROGRAMS } from '@stage0-ts/mescc-tools-extra';
import { vectorSuite } from '@stage0-ts/vectors';
import knownDifferences from '../known-differences.json' with { type: 'json' };

// What wrap does is mostly to change the root, which cannot be tried from within a case.
for (const [tool, program] of Object.entries(PROGRAMS)) {
  vectorSuite(tool, program, { atLeast: tool === 'wrap' ? 8 : 20, knownDifferences });
}
