// SPDX-License-Identifier: GPL-3.0-or-later
import { hex2, hex2_0 } from '@stage0-ts/hex2';
import { vectorSuite } from '@stage0-ts/vectors';
import knownDifferences from '../known-differences.json' with { type: 'json' };

vectorSuite('hex2-0', hex2_0, { atLeast: 60, knownDifferences });
vectorSuite('hex2', hex2, { atLeast: 70, knownDifferences });
