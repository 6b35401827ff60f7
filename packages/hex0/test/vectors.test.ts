// SPDX-License-Identifier: GPL-3.0-or-later
import { hex0 } from '@stage0-ts/hex0';
import { vectorSuite } from '@stage0-ts/vectors';
import knownDifferences from '../known-differences.json' with { type: 'json' };

vectorSuite('hex0', hex0, { atLeast: 60, knownDifferences });
