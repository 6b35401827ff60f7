// SPDX-License-Identifier: GPL-3.0-or-later
import { hex1 } from '@stage0-ts/hex1';
import { vectorSuite } from '@stage0-ts/vectors';
import knownDifferences from '../known-differences.json' with { type: 'json' };

vectorSuite('hex1', hex1, { atLeast: 60, knownDifferences });
