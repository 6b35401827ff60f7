// SPDX-License-Identifier: GPL-3.0-or-later
import { M0, M1 } from '@stage0-ts/m1';
import { vectorSuite } from '@stage0-ts/vectors';
import knownDifferences from '../known-differences.json' with { type: 'json' };

vectorSuite('M0', M0, { atLeast: 60, knownDifferences });
vectorSuite('M1', M1, { atLeast: 70, knownDifferences });
